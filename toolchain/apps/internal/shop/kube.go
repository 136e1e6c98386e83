package shop

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kubeConfig is how a pod reaches its API server.
type kubeConfig struct {
	URL string // of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, or KUBE_URL
	Dir string // KUBE_DIR: token, ca.crt and namespace of the service account
}

func kubeConfigFrom(text func(name, otherwise string) string) kubeConfig {
	host := net.JoinHostPort(text("KUBERNETES_SERVICE_HOST", "kubernetes.default"), text("KUBERNETES_SERVICE_PORT", "443"))
	return kubeConfig{
		URL: text("KUBE_URL", "https://"+host),
		Dir: text("KUBE_DIR", "/var/run/secrets/kubernetes.io/serviceaccount"),
	}
}

// namespace is the pod's own; empty where there is no service account.
func (k kubeConfig) namespace() string {
	name, _ := os.ReadFile(filepath.Join(k.Dir, "namespace"))
	return strings.TrimSpace(string(name))
}

// call asks the API server with the service account's token, read anew each time since kubelet replaces it.
//
// An answer of 300 and above is an error that says what Kubernetes said.
func (k kubeConfig) call(ctx context.Context, method, path string, patch []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, k.URL+path, bytes.NewReader(patch))
	if err != nil {
		return nil, err
	}
	if patch != nil {
		request.Header.Set("Content-Type", "application/strategic-merge-patch+json")
	}
	if token, err := os.ReadFile(filepath.Join(k.Dir, "token")); err == nil {
		request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	response, err := k.client().Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxUpstreamBody))
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %s: %.600s", method, path, response.Status, body)
	}
	return body, err
}

func (k kubeConfig) client() *http.Client {
	pool := x509.NewCertPool()
	if authority, err := os.ReadFile(filepath.Join(k.Dir, "ca.crt")); err == nil {
		pool.AppendCertsFromPEM(authority)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool},
	}
	return &http.Client{Timeout: 3 * time.Second, Transport: transport}
}
