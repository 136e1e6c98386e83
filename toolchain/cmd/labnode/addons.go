package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

//go:embed coredns.yaml
var corednsManifest string

//go:embed networkpolicy.yaml
var networkPolicyManifest string

// applyAddons creates what every cluster has: the rights of the other nodes' enforcers, and DNS.
func applyAddons(ctx context.Context, config *rest.Config, c *Config) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	for _, manifest := range []string{networkPolicyManifest, corednsManifest} {
		if err := applyManifest(ctx, client, manifest, c); err != nil {
			return err
		}
	}
	return nil
}

func applyManifest(ctx context.Context, client dynamic.Interface, manifest string, c *Config) error {
	var text bytes.Buffer
	if err := template.Must(template.New("addon").Parse(manifest)).Execute(&text, c); err != nil {
		return err
	}
	decoder := yaml.NewYAMLOrJSONDecoder(&text, 4096)
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := apply(ctx, client, object); err != nil {
			return fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
		}
	}
}

// apply relies on the plural that all built-in kinds of the addons have: the kind in lower case with an s.
func apply(ctx context.Context, client dynamic.Interface, object *unstructured.Unstructured) error {
	kind := object.GroupVersionKind()
	resource := schema.GroupVersionResource{
		Group: kind.Group, Version: kind.Version, Resource: strings.ToLower(kind.Kind) + "s",
	}
	var target dynamic.ResourceInterface = client.Resource(resource)
	if namespace := object.GetNamespace(); namespace != "" {
		target = client.Resource(resource).Namespace(namespace)
	}
	_, err := target.Apply(ctx, object.GetName(), object, metav1.ApplyOptions{FieldManager: "labnode", Force: true})
	return err
}
