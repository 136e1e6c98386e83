package webhook

import (
	"encoding/json"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
)

func config(t *testing.T, pairs ...string) Config {
	t.Helper()
	env := map[string]string{}
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	found, err := ConfigFrom(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func ask(t *testing.T, c Config, path, object string) response {
	t.Helper()
	body := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","object":` + object + `}}`
	recorder := httptest.NewRecorder()
	c.handler(log.New(io.Discard, "", 0)).ServeHTTP(recorder, httptest.NewRequest("POST", path, strings.NewReader(body)))
	var given review
	if err := json.Unmarshal(recorder.Body.Bytes(), &given); err != nil || given.Response == nil {
		t.Fatalf("%d %s", recorder.Code, recorder.Body)
	}
	return *given.Response
}

func pod(labels, limit string) string {
	return `{"kind":"Pod","metadata":{"labels":{` + labels + `}},"spec":{"containers":[{"name":"app","image":"lab.local/shop:1",` +
		`"resources":{"limits":{"memory":"` + limit + `"},"requests":{"memory":"16Mi"}}}]}}`
}

func TestMemoryIsCapped(t *testing.T) {
	c := config(t, "CAP_MEMORY_MIB=32", "CAP_PROFILES=bulk=256")
	given := ask(t, c, "/mutate", pod("", "128Mi"))
	want := `[{"op":"replace","path":"/spec/containers/0/resources/limits/memory","value":"32Mi"}]`
	if !given.Allowed || string(given.Patch) != want {
		t.Errorf("%s", given.Patch)
	}
	for _, each := range []string{pod("", "32Mi"), pod(`"memory-profile":"bulk"`, "0.1Gi"), pod("", "nonsense")} {
		if given := ask(t, c, "/mutate", each); !given.Allowed || given.Patch != nil {
			t.Errorf("%s: %s", each, given.Patch)
		}
	}
	if given := ask(t, config(t), "/mutate", pod("", "128Gi")); given.Patch != nil {
		t.Errorf("no cap: %s", given.Patch)
	}
}

func TestLabelsAndImagesAreAskedFor(t *testing.T) {
	c := config(t, "REQUIRED_LABELS=team, cost", "IMAGE_PREFIXES=lab.local/")
	if given := ask(t, c, "/validate", pod(`"team":"a","cost":"b"`, "1Mi")); !given.Allowed {
		t.Error(given.Status)
	}
	given := ask(t, c, "/validate", strings.Replace(pod(`"team":"a"`, "1Mi"), "lab.local", "elsewhere", 1))
	if given.Allowed || !strings.Contains(given.Status.Message, "cost is missing; the image elsewhere/shop:1") {
		t.Errorf("%+v", given.Status)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	env := map[string]string{"PORT": "x", "CAP_PROFILES": "bulk"}
	if _, err := ConfigFrom(func(name string) string { return env[name] }); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Error(err)
	}
}

func TestQuantities(t *testing.T) {
	for text, want := range map[string]int64{"64Mi": 64 << 20, "1G": 1e9, "0.5Gi": 1 << 29, "4096": 4096, "2k": 2000} {
		if got, err := bytes(text); err != nil || got != want {
			t.Errorf("%s: %d %v", text, got, err)
		}
	}
}
