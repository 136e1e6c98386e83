package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"text/template"
	"time"

	kerrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

//go:embed addons/*.yaml
var addonManifests embed.FS

// everyAddon is what each cluster has: DNS, storage classes, the metrics API, the rights of the workers' enforcers.
var everyAddon = []string{"coredns", "storage", "metrics", "networkpolicy"}

// hostedAddons are those of a hosted node, whose API server is upstream's own and serves no metrics.
var hostedAddons = []string{"coredns", "storage", "networkpolicy", "kubeproxy"}

// addonKinds are the kinds that an addon's objects are of, in a file of upstream's that the node has.
var addonKinds = map[string]string{"ingress": "/usr/local/share/labnode/gatewayapi.yaml"}

// kindLimit is how long a kind that was just defined may take until it is served.
const kindLimit = 20 * time.Second

// applyAddons creates what the cluster is given beside its own components. The manifests are templates over values.
func applyAddons(ctx context.Context, config *rest.Config, values any, names []string) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	problems := make(chan error, len(names))
	for _, name := range names {
		go func() { problems <- applyAddon(ctx, client, values, name) }()
	}
	var found error
	for range names {
		found = errors.Join(found, <-problems)
	}
	return found
}

func applyAddon(ctx context.Context, client dynamic.Interface, values any, name string) error {
	if kinds, ok := addonKinds[name]; ok {
		if err := applyFile(ctx, client, kinds); err != nil {
			return fmt.Errorf("addon %s: %w", name, err)
		}
	}
	manifest, err := template.ParseFS(addonManifests, "addons/"+name+".yaml")
	if err != nil {
		return fmt.Errorf("addon %s: %w", name, err)
	}
	var text bytes.Buffer
	if err := manifest.Execute(&text, values); err != nil {
		return fmt.Errorf("addon %s: %w", name, err)
	}
	if err := applyAll(ctx, client, &text); err != nil {
		return fmt.Errorf("addon %s: %w", name, err)
	}
	return nil
}

func applyFile(ctx context.Context, client dynamic.Interface, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return applyAll(ctx, client, file)
}

func applyAll(ctx context.Context, client dynamic.Interface, text io.Reader) error {
	decoder := yaml.NewYAMLOrJSONDecoder(text, 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if len(object.Object) == 0 { // a comment between two separators
			continue
		}
		if err := apply(ctx, client, object); err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
}

// apply guesses the plural of the kind, which holds for all kinds of the addons.
func apply(ctx context.Context, client dynamic.Interface, object *unstructured.Unstructured) error {
	resource, _ := meta.UnsafeGuessKindToResource(object.GroupVersionKind())
	var target dynamic.ResourceInterface = client.Resource(resource)
	if namespace := object.GetNamespace(); namespace != "" {
		target = client.Resource(resource).Namespace(namespace)
	}
	for deadline := time.Now().Add(kindLimit); ; time.Sleep(50 * time.Millisecond) {
		_, err := target.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "labnode", Force: true})
		if !kerrors.IsNotFound(err) || time.Now().After(deadline) {
			return err
		}
	}
}
