package shop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kubernetes is a small API server: it knows one token, and refuses what the test says.
func kubernetes(t *testing.T, refuse string) (map[string]string, *[]string) {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.String()+" "+string(body))
		switch {
		case r.Header.Get("Authorization") != "Bearer t0ken":
			w.WriteHeader(http.StatusUnauthorized)
		case refuse != "" && strings.Contains(r.URL.Path, refuse):
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "User cannot do that")
		case strings.HasSuffix(r.URL.Path, "/log"):
			fmt.Fprintln(w, "all well")
		case strings.HasSuffix(r.URL.Path, "/pods"):
			fmt.Fprint(w, `{"items":[{"metadata":{"name":"a-1"},"status":{"phase":"Running"}},{"metadata":{"name":"a-2"},"status":{"phase":"Pending"}}]}`)
		}
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	for name, text := range map[string]string{"token": "t0ken\n", "namespace": "desk"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]string{"KUBE_URL": server.URL, "KUBE_DIR": dir, "COLLECT": "app=a"}, &asked
}

func TestCollectorReportsTheLastLineOfRunningPods(t *testing.T) {
	env, asked := kubernetes(t, "")
	server, _ := start(t, "collector", env)
	status, body, _ := get(t, server.URL+"/report")
	if status != 200 || !strings.Contains(body, `"a-1":"all well"`) || !strings.Contains(body, `"count":1`) {
		t.Fatalf("%d %s", status, body)
	}
	if first := (*asked)[0]; !strings.HasPrefix(first, "GET /api/v1/namespaces/desk/pods?labelSelector=app%3Da") {
		t.Fatalf("asked %q", first)
	}
}

func TestCollectorTellsUsersNoCauseAndItsLogAll(t *testing.T) {
	for _, refused := range []string{"/pods", "/log"} {
		env, _ := kubernetes(t, refused)
		server, written := start(t, "collector", env)
		status, body, _ := get(t, server.URL+"/report")
		if status != 500 || strings.Contains(body, "403") {
			t.Fatalf("%d %s", status, body)
		}
		if !strings.Contains(written.String(), "403 Forbidden: User cannot do that") {
			t.Fatalf("the log: %q", written)
		}
	}
}

func TestSyncMakesEveryChangeItCan(t *testing.T) {
	env, asked := kubernetes(t, "deployments/closed")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"1.json": `{"path":"apis/apps/v1/deployments/closed","patch":{"spec":{"replicas":2}}}`,
		"2.json": `{"path":"api/v1/configmaps/prices","patch":{"data":{"AT":"$NOW"}}}`,
		"3.json": `{"path":"prices","patch":{}}`,
		"note":   `no change`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env["SYNC_DIR"] = dir
	var written bytes.Buffer
	err := Run(context.Background(), config(t, "sync", env), log.New(&written, "", 0))
	if err == nil || !strings.Contains(err.Error(), "1.json") || !strings.Contains(err.Error(), "3.json") {
		t.Fatalf("%v", err)
	}
	if len(*asked) != 2 || !strings.HasPrefix((*asked)[1], "PATCH /api/v1/namespaces/desk/configmaps/prices?fieldManager=sync ") {
		t.Fatalf("asked %q", *asked)
	}
	if strings.Contains((*asked)[1], "$NOW") || !strings.Contains(written.String(), "2.json: applied") {
		t.Fatalf("asked %q, log %q", *asked, &written)
	}
}
