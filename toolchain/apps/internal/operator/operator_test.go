package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cluster is an API server and a registry that keep books.
type cluster struct {
	resources string
	denied    string
	calls     []string
}

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.calls = append(c.calls, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+string(body)))
	switch {
	case c.denied != "" && strings.Contains(r.URL.Path, c.denied):
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"message":"%s is forbidden"}`, c.denied)
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/sites"):
		fmt.Fprintf(w, `{"items":[%s]}`, c.resources)
	case r.Method == http.MethodGet:
		fmt.Fprint(w, `{"status":{"readyReplicas":2}}`)
	default:
		fmt.Fprint(w, `{}`)
	}
}

func (c *cluster) called(part string) int {
	count := 0
	for _, call := range c.calls {
		if strings.Contains(call, part) {
			count++
		}
	}
	return count
}

func started(t *testing.T, c *cluster, change func(*Config)) (*operator, *strings.Builder) {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("t"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := Config{Name: "site-operator", Group: "web.example", Version: "v1", Kind: "Site", Plural: "sites", Image: "i"}
	change(&config)
	if config.Registry != "" {
		config.Registry = server.URL
	}
	said := &strings.Builder{}
	client := &api{server.URL, token, &http.Client{Timeout: time.Second}}
	return &operator{config: config, api: client, log: log.New(said, "", 0), said: map[string]string{}}, said
}

const site = `{"metadata":{"name":"main","namespace":"a","uid":"u","generation":3%s},"spec":{"replicas":2,"version":"7"}%s}`

func TestChildrenAreAppliedAndReported(t *testing.T) {
	c := &cluster{resources: fmt.Sprintf(site, "", "")}
	o, _ := started(t, c, func(*Config) {})
	o.round(context.Background())
	for _, part := range []string{
		"PATCH /apis/apps/v1/namespaces/a/deployments/main", "PATCH /api/v1/namespaces/a/services/main", `"replicas":2`,
		`{"name":"VERSION","value":"7"}`, `"uid":"u"`,
		`PATCH /apis/web.example/v1/namespaces/a/sites/main/status {"status":{"observedGeneration":3,"readyReplicas":2}}`,
	} {
		if c.called(part) == 0 && c.called(reordered(part)) == 0 {
			t.Errorf("nobody said %s in %v", part, c.calls)
		}
	}
	c.resources, c.calls = fmt.Sprintf(site, "", `,"status":{"readyReplicas":2,"observedGeneration":3}`), nil
	if o.round(context.Background()); c.called("/status") != 0 {
		t.Error("a status that is right was written again")
	}
}

// reordered keeps the test independent of how maps are printed.
func reordered(part string) string {
	return strings.ReplaceAll(part, `{"name":"VERSION",`, `{"value":"VERSION",`)
}

func TestARefusalIsToldOnceAndStopsNothingElse(t *testing.T) {
	other := strings.Replace(fmt.Sprintf(site, "", ""), "main", "other", 1)
	c := &cluster{resources: fmt.Sprintf(site, "", "") + "," + other, denied: "deployments/main"}
	o, said := started(t, c, func(*Config) {})
	o.round(context.Background())
	o.round(context.Background())
	if said.String() != "Site a/main: deployments/main is forbidden\n" {
		t.Errorf("%q", said)
	}
	if c.called("services/other") != 2 || c.called("services/main") != 0 {
		t.Error(c.calls)
	}
}

func TestAListThatIsRefusedIsToldAndNotReady(t *testing.T) {
	c := &cluster{denied: "/sites"}
	o, said := started(t, c, func(config *Config) { config.Namespace = "a" })
	o.round(context.Background())
	recorder := httptest.NewRecorder()
	o.health().ServeHTTP(recorder, httptest.NewRequest("GET", "/readyz", nil))
	if recorder.Code != 503 || !strings.Contains(said.String(), "cannot list sites: /sites is forbidden") {
		t.Errorf("%d %q", recorder.Code, said)
	}
	if c.called("GET /apis/web.example/v1/namespaces/a/sites") != 1 {
		t.Error(c.calls)
	}
}

func TestAResourceGoesOnceItsRecordIsGone(t *testing.T) {
	held := `,"finalizers":["else","web.example/record"]`
	c := &cluster{resources: fmt.Sprintf(site, "", "")}
	finalizing := func(config *Config) { config.Finalizer, config.Registry = "web.example/record", "x" }
	o, said := started(t, c, finalizing)
	o.round(context.Background())
	if c.called(`PUT /kv/a.main "u"`) != 1 || c.called(`{"metadata":{"finalizers":["web.example/record"]}}`) != 1 {
		t.Error(c.calls)
	}
	c.resources, c.denied = fmt.Sprintf(site, held+`,"deletionTimestamp":"now"`, ""), "/kv/"
	if o.round(context.Background()); c.called(`"finalizers":["else"]`) != 0 || !strings.Contains(said.String(), "403") {
		t.Error(c.calls)
	}
	c.denied = ""
	o.round(context.Background())
	if c.called("DELETE /kv/a.main") != 2 || c.called(`{"metadata":{"finalizers":["else"]}}`) != 1 {
		t.Error(c.calls)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	env := map[string]string{"CR_KIND": "Site", "CR_GROUP": "web.example", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
	config, err := ConfigFrom(func(name string) string { return env[name] })
	if err != nil || config.Plural != "sites" || config.API != "https://10.0.0.1:443" {
		t.Error(config, err)
	}
	if _, err := ConfigFrom(func(string) string { return "" }); err == nil || strings.Count(err.Error(), "\n") < 2 {
		t.Error(err)
	}
	var nothing any
	if json.Unmarshal([]byte(`{}`), &nothing) != nil || at(object{}, "a", "b") != "" {
		t.Error("an empty object has texts")
	}
}
