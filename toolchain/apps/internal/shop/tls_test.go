package shop

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// certificateFor writes a certificate for a name, which is its own authority, and its key.
func certificateFor(t *testing.T, name string) (string, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile := filepath.Join(t.TempDir(), "c"), filepath.Join(t.TempDir(), "k")
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: signed}, keyFile: {Type: "PRIVATE KEY", Bytes: key},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

// run serves a role on a free port until the test ends, once it listens.
func run(t *testing.T, role string, env map[string]string) (string, *bytes.Buffer) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(free.Addr().(*net.TCPAddr).Port)
	free.Close()
	env["PORT"] = port
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	var said bytes.Buffer
	go func() { ended <- Run(ctx, config(t, role, env), log.New(&said, "", 0)) }()
	t.Cleanup(func() { stop(); <-ended })
	for range 200 {
		if connection, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			connection.Close()
			return "localhost:" + port, &said
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("nobody listens")
	return "", nil
}

func TestAnUpstreamIsBelievedOnlyWithTheRightCertificate(t *testing.T) {
	good, goodKey := certificateFor(t, "localhost")
	other, otherKey := certificateFor(t, "elsewhere")
	served, _ := run(t, "api", map[string]string{"TLS_CERT": good, "TLS_KEY": goodKey})
	renamed, _ := run(t, "api", map[string]string{"TLS_CERT": other, "TLS_KEY": otherKey})
	for _, each := range []struct {
		upstream, authority, verify string
		status                      int
	}{
		{"https://" + served, good, "", 200},
		{"https://" + served, other, "", 502},
		{"https://" + served, other, "off", 200},
		{"https://" + renamed, other, "", 502},
		{"http://" + served, good, "", 502},
	} {
		env := map[string]string{"API_URL": each.upstream, "API_CA": each.authority, "API_VERIFY": each.verify}
		front, _ := run(t, "web", env)
		if status, body, _ := get(t, "http://"+front+"/"); status != each.status {
			t.Errorf("%+v: %d %s", each, status, body)
		}
		_, about, _ := get(t, "http://"+front+"/about")
		verifies := strings.HasPrefix(each.upstream, "https") && each.verify == ""
		// The web role answers every other path with the upstream's orders; /about is its own.
		if strings.Contains(about, `"verifies":true`) != verifies {
			t.Errorf("%+v says of itself: %s", each, about)
		}
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	answer, err := client.Get("https://" + served + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); !strings.Contains(string(body), "ready") {
		t.Errorf("%s", body)
	}
}

func TestFilesThatAreMissingEndTheProcess(t *testing.T) {
	for _, env := range []map[string]string{
		{"TLS_CERT": "/nowhere", "TLS_KEY": "/nowhere"},
		{"API_CA": "/nowhere"},
	} {
		if err := Run(context.Background(), config(t, "api", env), log.New(io.Discard, "", 0)); err == nil {
			t.Errorf("%v: it runs", env)
		}
	}
	if _, err := ConfigFrom("api", func(name string) string { return map[string]string{"TLS_CERT": "x"}[name] }); err == nil {
		t.Error("a certificate without a key")
	}
}
