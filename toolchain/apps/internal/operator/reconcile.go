package operator

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const appPort = 8080

type operator struct {
	config Config
	api    *api
	log    *log.Logger
	listed atomic.Bool
	said   map[string]string
}

// Run reconciles once a period until ctx ends.
func Run(ctx context.Context, config Config, logger *log.Logger) error {
	client, err := newAPI(config)
	if err != nil {
		return err
	}
	o := &operator{config: config, api: client, log: logger, said: map[string]string{}}
	place := config.Namespace
	if place == "" {
		place = "all namespaces"
	}
	logger.Printf("%s: %s.%s in %s, every %s", config.Name, config.Plural, config.Group, place, config.Period)
	server := &http.Server{
		Addr: net.JoinHostPort("", strconv.Itoa(config.Port)), Handler: o.health(), ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	defer server.Close()
	ticker := time.NewTicker(config.Period)
	defer ticker.Stop()
	for {
		o.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-ticker.C:
		}
	}
}

func (o *operator) health() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/readyz" && !o.listed.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

// round looks at every resource once; what fails for one is told and does not keep the others.
func (o *operator) round(ctx context.Context) {
	middle := ""
	if o.config.Namespace != "" {
		middle = "/namespaces/" + o.config.Namespace
	}
	found, err := o.api.get(ctx, o.group()+middle+"/"+o.config.Plural)
	if err != nil {
		o.tell("list", fmt.Sprintf("cannot list %s: %v", o.config.Plural, err))
		return
	}
	o.listed.Store(true)
	o.tell("list", "")
	items, _ := found["items"].([]any)
	for _, item := range items {
		resource, _ := item.(object)
		name := at(resource, "metadata", "namespace") + "/" + at(resource, "metadata", "name")
		said := ""
		if err := o.reconcile(ctx, resource); err != nil {
			said = fmt.Sprintf("%s %s: %v", o.config.Kind, name, err)
		}
		o.tell(name, said)
	}
}

// tell logs what is new: a log that repeats itself every second hides what matters.
func (o *operator) tell(about, said string) {
	if said != "" && o.said[about] != said {
		o.log.Print(said)
	}
	o.said[about] = said
}

func (o *operator) reconcile(ctx context.Context, resource object) error {
	if at(resource, "metadata", "deletionTimestamp") != "" {
		return o.finish(ctx, resource)
	}
	if err := o.claim(ctx, resource); err != nil {
		return err
	}
	namespace, name := at(resource, "metadata", "namespace"), at(resource, "metadata", "name")
	deployment := "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name
	err := o.api.apply(ctx, deployment, o.config.Name, o.deployment(resource))
	if err == nil {
		err = o.api.apply(ctx, "/api/v1/namespaces/"+namespace+"/services/"+name, o.config.Name, o.service(resource))
	}
	if err != nil {
		return err
	}
	return o.report(ctx, resource, deployment)
}

// report writes into the resource's status what its Deployment is like.
func (o *operator) report(ctx context.Context, resource object, deployment string) error {
	found, err := o.api.get(ctx, deployment)
	if err != nil {
		return err
	}
	status, _ := found["status"].(object)
	ready, _ := status["readyReplicas"].(float64)
	generation := resource["metadata"].(object)["generation"]
	before, _ := resource["status"].(object)
	if was, _ := before["readyReplicas"].(float64); was == ready && before["observedGeneration"] == generation {
		return nil
	}
	wanted := object{"status": object{"readyReplicas": ready, "observedGeneration": generation}}
	return o.api.merge(ctx, o.path(resource)+"/status", o.config.Name, wanted)
}

// claim holds the resource and writes its record, where it is to have one.
func (o *operator) claim(ctx context.Context, resource object) error {
	if o.config.Finalizer == "" || slices.Contains(finalizers(resource), any(o.config.Finalizer)) {
		return nil
	}
	if err := o.record(ctx, http.MethodPut, resource); err != nil {
		return err
	}
	held := append(finalizers(resource), o.config.Finalizer)
	return o.api.merge(ctx, o.path(resource), o.config.Name, object{"metadata": object{"finalizers": held}})
}

// finish removes the record of a resource that is being deleted, and only then lets it go.
func (o *operator) finish(ctx context.Context, resource object) error {
	held := finalizers(resource)
	index := slices.Index(held, any(o.config.Finalizer))
	if o.config.Finalizer == "" || index < 0 {
		return nil
	}
	if err := o.record(ctx, http.MethodDelete, resource); err != nil {
		return err
	}
	left := slices.Delete(held, index, index+1)
	if err := o.api.merge(ctx, o.path(resource), o.config.Name, object{"metadata": object{"finalizers": left}}); err != nil {
		return err
	}
	o.log.Printf("%s %s: its record is gone", o.config.Kind, at(resource, "metadata", "name"))
	return nil
}

func (o *operator) record(ctx context.Context, method string, resource object) error {
	if o.config.Registry == "" {
		return nil
	}
	key := at(resource, "metadata", "namespace") + "." + at(resource, "metadata", "name")
	body := strings.NewReader(strconv.Quote(at(resource, "metadata", "uid")))
	request, err := http.NewRequestWithContext(ctx, method, o.config.Registry+"/kv/"+key, body)
	if err != nil {
		return err
	}
	request.SetBasicAuth(o.config.User, o.config.Password)
	answer, err := (&http.Client{Timeout: 3 * time.Second}).Do(request)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode > 299 && (method != http.MethodDelete || answer.StatusCode != http.StatusNotFound) {
		return fmt.Errorf("registry %s answered %s", o.config.Registry, answer.Status)
	}
	return nil
}

func (o *operator) group() string { return "/apis/" + o.config.Group + "/" + o.config.Version }

func (o *operator) path(resource object) string {
	namespace, name := at(resource, "metadata", "namespace"), at(resource, "metadata", "name")
	return o.group() + "/namespaces/" + namespace + "/" + o.config.Plural + "/" + name
}

func finalizers(resource object) []any {
	metadata, _ := resource["metadata"].(object)
	held, _ := metadata["finalizers"].([]any)
	return slices.Clone(held)
}

// at is the text at a place of an object; empty where there is none.
func at(found object, steps ...string) string {
	for _, step := range steps[:len(steps)-1] {
		found, _ = found[step].(object)
	}
	text, _ := found[steps[len(steps)-1]].(string)
	return text
}
