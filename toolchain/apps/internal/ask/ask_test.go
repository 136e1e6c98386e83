package ask

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHTTPAnswerIsReportedAsItIs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != "shop.example" || r.Method != http.MethodPost || r.Header.Get("X-Who") != "me" {
			t.Errorf("got %s %s %v", r.Method, r.Host, r.Header)
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusFound)
		_, _ = w.Write([]byte("moved"))
	}))
	defer server.Close()
	answer := One(context.Background(), Probe{
		Type: "http", URL: server.URL, Method: "POST", Headers: []Pair{{"host", "shop.example"}, {"X-Who", "me"}},
	})
	if answer.Outcome != Answered || answer.Status != 302 || answer.Body != "moved" {
		t.Fatalf("a redirect is an answer, not a thing to follow: %+v", answer)
	}
}

func TestEachProbeOpensItsOwnConnection(t *testing.T) {
	clients := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		clients[r.RemoteAddr] = true
	}))
	defer server.Close()
	probe := Probe{Type: "http", URL: server.URL}
	All(context.Background(), []Probe{probe, probe, probe})
	if len(clients) != 3 {
		t.Fatalf("three probes came over %d connections", len(clients))
	}
}

func TestBodyIsCutAndMadeReadable(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("\xff" + strings.Repeat("a", 2*MaxBody)))
	}))
	defer server.Close()
	answer := One(context.Background(), Probe{Type: "http", URL: server.URL})
	if answer.Outcome != Answered || !strings.HasPrefix(answer.Body, "�aaa") || len(answer.Body) > MaxBody+3 {
		t.Fatalf("%s, %d bytes, %.10q", answer.Outcome, len(answer.Body), answer.Body)
	}
}

func TestOutcomesOfABrokenNetwork(t *testing.T) {
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	}))
	defer slow.Close()
	for name, probe := range map[Outcome]Probe{
		Refused:  {Type: "http", URL: "http://" + freeAddress(t)},
		TimedOut: {Type: "http", URL: slow.URL, TimeoutSeconds: 0.05},
		Reset:    {Type: "http", URL: "http://" + hangingUp(t)},
		Failed:   {Type: "http", URL: "gopher://127.0.0.1"},
	} {
		if answer := One(context.Background(), probe); answer.Outcome != name || answer.Detail == "" {
			t.Errorf("want %s, got %+v", name, answer)
		}
	}
}

func TestTCP(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	if answer := One(context.Background(), Probe{Type: "tcp", Host: "127.0.0.1", Port: port}); answer.Outcome != Answered {
		t.Fatalf("%+v", answer)
	}
	listener.Close()
	if answer := One(context.Background(), Probe{Type: "tcp", Host: "127.0.0.1", Port: port}); answer.Outcome != Refused {
		t.Fatalf("%+v", answer)
	}
}

func TestUnknownNames(t *testing.T) {
	if got := outcome(&net.DNSError{Err: "no such host", IsNotFound: true}); got != NameUnknown {
		t.Fatal(got)
	}
	if got := outcome(&net.DNSError{Err: "i/o timeout", IsTimeout: true}); got != TimedOut {
		t.Fatal(got)
	}
	if got := outcome(&net.DNSError{Err: "server misbehaving"}); got != Failed {
		t.Fatal(got)
	}
}

func TestAResolverThatIsNotThere(t *testing.T) {
	closed, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", closed.LocalAddr().String())
	}}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := resolver.LookupHost(ctx, "orders.example."); outcome(err) != NoResolver {
		t.Fatalf("%v: %v", outcome(err), err)
	}
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{
		`{}`, `[{"type":"http"}]`, `[{"type":"icmp"}]`, `[{"type":"tcp","host":"a","port":0}]`,
		`[{"type":"dns","name":"a","nmae":"b"}]`, `[] []`, ``,
	} {
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
	if probes, err := Decode([]byte(`[{"type":"tcp","host":"a","port":80}]`)); err != nil || len(probes) != 1 {
		t.Errorf("%v %v", probes, err)
	}
}

func TestGetForPeople(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = w.Write([]byte("hello"))
	}))
	defer server.Close()
	var out, errors bytes.Buffer
	address := strings.TrimPrefix(server.URL, "http://")
	if status := Get(context.Background(), []string{"-n", "2", "-u", "u:p", address}, &out, &errors); status != 0 {
		t.Fatalf("exit status %d: %s", status, &errors)
	}
	if out.String() != "hello\nhello\n" {
		t.Fatalf("%q", out.String())
	}
	if status := Get(context.Background(), []string{address}, &out, &errors); status != 1 {
		t.Fatalf("401 is exit status %d", status)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func hangingUp(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connection.Close()
		}
	}()
	return listener.Addr().String()
}
