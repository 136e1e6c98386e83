package shop

import (
	"bytes"
	"context"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMemberIsReadyOnceEveryPeerAnswers(t *testing.T) {
	other, _ := start(t, "member", nil)
	ended := httptest.NewServer(nil)
	ended.Close()
	var written bytes.Buffer
	s := newService(config(t, "member", map[string]string{"PEERS": other.URL + "," + ended.URL}), log.New(&written, "", 0))
	if err := s.greetAll(context.Background()); err == nil || s.isReady() {
		t.Fatal("one peer is not there")
	}
	s.config.Peers = s.config.Peers[:1]
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s.seekPeers(ctx)
	if !s.isReady() || !strings.Contains(written.String(), "joined") {
		t.Fatalf("%q", &written)
	}
}

func TestPeersNamesThoseThatDoNotAnswer(t *testing.T) {
	other, _ := start(t, "member", nil)
	member, _ := start(t, "member", map[string]string{"PEERS": other.URL + ",http://127.0.0.1:1"})
	// Not ready, it serves no customers; but it greets.
	if status, _, _ := get(t, member.URL+"/peers"); status != 503 {
		t.Fatal(status)
	}
	if status, _, _ := get(t, member.URL+"/healthz"); status != 200 {
		t.Fatal(status)
	}
}

func TestWorkerCountsFromTheFirstAnswer(t *testing.T) {
	var calls tally
	calls.count(false)
	calls.count(true)
	if calls.requests != 1 || calls.failures != 0 {
		t.Fatalf("%d requests, %d failures", calls.requests, calls.failures)
	}
	calls.count(false)
	if calls.requests != 2 || calls.failures != 1 || calls.lastFailure.IsZero() {
		t.Fatalf("%d requests, %d failures", calls.requests, calls.failures)
	}
	worker, _ := start(t, "worker", map[string]string{"API_URL": "http://127.0.0.1:1"})
	if status, body, _ := get(t, worker.URL+"/stats"); status != 200 || !strings.Contains(body, `"failures":0`) {
		t.Fatalf("%d %s", status, body)
	}
}
