package shop

import (
	"context"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestReportIsWrittenToTheStore(t *testing.T) {
	api, _ := start(t, "api", nil)
	store, _ := start(t, "store", map[string]string{"STORE_AUTH": "off"})
	env := map[string]string{"API_URL": api.URL, "STORE_URL": store.URL, "REPORT_KEY": "nightly", "HOSTNAME": "report-1"}
	if err := Run(context.Background(), config(t, "report", env), log.New(io.Discard, "", 0)); err != nil {
		t.Fatal(err)
	}
	status, body, _ := get(t, store.URL+"/kv/nightly")
	if status != 200 || !strings.Contains(body, `"orders":3`) || !strings.Contains(body, `"made_by":"report-1"`) {
		t.Fatalf("%d %s", status, body)
	}
}

func TestReportSaysWhatWentWrong(t *testing.T) {
	api, _ := start(t, "api", nil)
	store, _ := start(t, "store", map[string]string{"STORE_USER": "a", "STORE_PASSWORD": "b"})
	logger := log.New(io.Discard, "", 0)
	env := map[string]string{"API_URL": api.URL + "/no", "STORE_URL": store.URL}
	if err := Run(context.Background(), config(t, "report", env), logger); err == nil {
		t.Fatal("an API that answers 404 gives no report")
	}
	env["API_URL"] = api.URL
	if err := Run(context.Background(), config(t, "report", env), logger); err == nil || !strings.Contains(err.Error(), "401") {
		t.Fatalf("%v", err)
	}
	env["WORK_SECONDS"] = "60"
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	if err := Run(ctx, config(t, "report", env), logger); err == nil || !strings.Contains(err.Error(), "before it was done") {
		t.Fatalf("%v", err)
	}
}

func TestOneShotRolesNeedTheirSettings(t *testing.T) {
	for role, name := range map[string]string{"report": "STORE_URL", "sync": "SYNC_DIR"} {
		if _, err := ConfigFrom(role, func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

func TestNoticeOfTheFileWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notice")
	env := map[string]string{"SHOP_TEXT": "from the start"}
	plain, _ := start(t, "api", env)
	if _, body, _ := get(t, plain.URL+"/notice"); !strings.Contains(body, `"notice":"from the start"`) {
		t.Fatal(body)
	}
	env["SHOP_TEXT_FILE"] = path
	filed, written := start(t, "api", env)
	if status, _, _ := get(t, filed.URL+"/notice"); status != 500 || !strings.Contains(written.String(), path) {
		t.Fatalf("%d %q", status, written)
	}
	for _, text := range []string{"one\n", "two\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, body, _ := get(t, filed.URL+"/notice"); !strings.Contains(body, `"notice":"`+strings.TrimSpace(text)+`"`) {
			t.Fatal(body)
		}
	}
}
