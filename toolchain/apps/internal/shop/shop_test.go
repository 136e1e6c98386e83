package shop

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func config(t *testing.T, role string, env map[string]string) Config {
	t.Helper()
	config, err := ConfigFrom(role, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func start(t *testing.T, role string, env map[string]string) (*httptest.Server, *bytes.Buffer) {
	t.Helper()
	var written bytes.Buffer
	s := newService(config(t, role, env), log.New(&written, "", 0))
	server := httptest.NewServer(http.HandlerFunc(s.public))
	t.Cleanup(server.Close)
	return server, &written
}

func get(t *testing.T, url string) (int, string, http.Header) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}

func TestAnswersSayWhoGaveThem(t *testing.T) {
	env := map[string]string{"HOSTNAME": "orders-1", "SERVICE_NAME": "orders", "VERSION": "2.3"}
	server, _ := start(t, "api", env)
	status, body, header := get(t, server.URL+"/orders")
	if status != 200 || !strings.Contains(body, `"id":7001`) || !strings.Contains(body, `"pod":"orders-1"`) {
		t.Fatalf("%d %s", status, body)
	}
	if header.Get("X-Shop-Service") != "orders" || header.Get("X-Shop-Version") != "2.3" {
		t.Fatalf("%v", header)
	}
	archive, _ := start(t, "archive", nil)
	if status, body, _ := get(t, archive.URL+"/orders"); status != 200 || strings.Contains(body, "7001") {
		t.Fatalf("the archive has no current order: %d %s", status, body)
	}
}

func TestStoreCredentials(t *testing.T) {
	store, storeLog := start(t, "store", map[string]string{"STORE_USER": "app", "STORE_PASSWORD": "new"})
	good, _ := start(t, "api", map[string]string{"STORE_URL": store.URL, "STORE_USER": "app", "STORE_PASSWORD": "new"})
	if status, body, _ := get(t, good.URL+"/orders"); status != 200 || !strings.Contains(body, "7001") {
		t.Fatalf("%d %s", status, body)
	}
	stale, apiLog := start(t, "api", map[string]string{"STORE_URL": store.URL, "STORE_USER": "app", "STORE_PASSWORD": "old"})
	if status, body, _ := get(t, stale.URL+"/orders"); status != 500 || strings.Contains(body, "store") {
		t.Fatalf("users see no cause: %d %s", status, body)
	}
	if !strings.Contains(apiLog.String(), "401") || !strings.Contains(storeLog.String(), `user "app"`) {
		t.Fatalf("the logs tell: %q %q", apiLog, storeLog)
	}
	for _, written := range []string{apiLog.String(), storeLog.String()} {
		if strings.Contains(written, "old") || strings.Contains(written, "new") {
			t.Fatalf("a password in the log: %q", written)
		}
	}
	open, _ := start(t, "store", map[string]string{"STORE_AUTH": "off"})
	if status, _, _ := get(t, open.URL+"/kv/orders"); status != 200 {
		t.Fatal("STORE_AUTH=off lets everybody in")
	}
}

func TestReadinessFollowsStartUp(t *testing.T) {
	env := map[string]string{"STARTUP_SECONDS": "0.2", "READY_PATH": "/up"}
	server, _ := start(t, "api", env)
	for path, want := range map[string]int{"/up": 503, "/healthz": 200, "/orders": 503, "/readyz": 503} {
		if status, _, _ := get(t, server.URL+path); status != want {
			t.Errorf("%s during start-up: %d, want %d", path, status, want)
		}
	}
	time.Sleep(250 * time.Millisecond)
	status, _, header := get(t, server.URL+"/up")
	if status != 200 || header.Get("X-Shop-Check") != "readiness" {
		t.Errorf("after start-up: %d %v", status, header)
	}
	if status, _, _ := get(t, server.URL+"/readyz"); status != 404 {
		t.Errorf("only the configured path is the readiness path: %d", status)
	}
}

func TestHealthPortOfItsOwn(t *testing.T) {
	s := newService(config(t, "api", map[string]string{"HEALTH_PORT": "9090"}), log.New(io.Discard, "", 0))
	for path, want := range map[string]int{"/readyz": 404, "/orders": 200} {
		recorder := httptest.NewRecorder()
		s.public(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		if recorder.Code != want {
			t.Errorf("main port, %s: %d", path, recorder.Code)
		}
	}
	for path, want := range map[string]int{"/readyz": 200, "/healthz": 200, "/orders": 404} {
		recorder := httptest.NewRecorder()
		s.health(recorder, httptest.NewRequest(http.MethodGet, path, nil))
		if recorder.Code != want {
			t.Errorf("health port, %s: %d", path, recorder.Code)
		}
	}
}

func TestWebSaysBadGatewayWhenTheAPICannotBeUsed(t *testing.T) {
	api, _ := start(t, "api", map[string]string{"API_TOKEN": "s3cret"})
	web, _ := start(t, "web", map[string]string{"API_URL": api.URL, "API_TOKEN": "s3cret"})
	if status, body, _ := get(t, web.URL); status != 200 || !strings.Contains(body, "7001") {
		t.Fatalf("%d %s", status, body)
	}
	api.Close()
	if status, _, _ := get(t, web.URL); status != 502 {
		t.Fatalf("%d", status)
	}
}

func TestAllWrongSettingsAreNamedAtOnce(t *testing.T) {
	env := map[string]string{"PORT": "many", "READY_PATH": "up", "STARTUP_SECONDS": "-1"}
	_, err := ConfigFrom("web", func(name string) string { return env[name] })
	for _, name := range []string{"PORT", "READY_PATH", "STARTUP_SECONDS", "API_URL"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not in %v", name, err)
		}
	}
}

func TestRunEndsWhenAskedTo(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- Run(ctx, Config{Role: "api", Port: 0, AllocateMiB: 1}, log.New(io.Discard, "", 0)) }()
	time.Sleep(20 * time.Millisecond)
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(3 * time.Second):
		t.Fatal("still serving three seconds after it was asked to end")
	}
}

func TestRecordsAreListedAndRemoved(t *testing.T) {
	store, _ := start(t, "store", map[string]string{"STORE_AUTH": "off"})
	remove := func() int {
		request, err := http.NewRequest(http.MethodDelete, store.URL+"/kv/orders", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	if _, body, _ := get(t, store.URL+"/kv"); !strings.Contains(body, `"keys":["orders"]`) {
		t.Error(body)
	}
	if first, second := remove(), remove(); first != 204 || second != 404 {
		t.Error(first, second)
	}
	if _, body, _ := get(t, store.URL+"/kv"); strings.Contains(body, "orders") {
		t.Error(body)
	}
}
