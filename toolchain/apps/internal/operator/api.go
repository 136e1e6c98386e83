package operator

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const maxAnswer = 4 << 20

type object = map[string]any

// api asks the cluster's API server as the pod's service account.
type api struct {
	base      string
	tokenFile string
	client    *http.Client
}

func newAPI(config Config) (*api, error) {
	roots := x509.NewCertPool()
	authority, err := os.ReadFile(config.CAFile)
	if err != nil {
		return nil, err
	}
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	return &api{config.API, config.TokenFile, &http.Client{Timeout: 5 * time.Second, Transport: transport}}, nil
}

// do sends a request; an answer above 299 is an error that says what the server says.
func (a *api) do(ctx context.Context, method, path, contentType string, body any) (object, error) {
	var payload io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.base+path, payload)
	if err != nil {
		return nil, err
	}
	token, err := os.ReadFile(a.tokenFile) // kubelet renews it
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	request.Header.Set("Content-Type", contentType)
	answer, err := a.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	found := object{}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxAnswer)).Decode(&found); err != nil {
		return nil, fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	if answer.StatusCode > 299 {
		return found, fmt.Errorf("%v", found["message"])
	}
	return found, nil
}

func (a *api) get(ctx context.Context, path string) (object, error) {
	return a.do(ctx, http.MethodGet, path, "application/json", nil)
}

// apply is a server-side apply under the operator's name.
func (a *api) apply(ctx context.Context, path, manager string, manifest object) error {
	_, err := a.do(ctx, http.MethodPatch, path+"?force=true&fieldManager="+manager, "application/apply-patch+yaml", manifest)
	return err
}

func (a *api) merge(ctx context.Context, path, manager string, patch object) error {
	_, err := a.do(ctx, http.MethodPatch, path+"?fieldManager="+manager, "application/merge-patch+json", patch)
	return err
}
