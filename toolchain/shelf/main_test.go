package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// account is an AWS that gives keys for one token and one object to whoever signs at all.
func account(t *testing.T, accepted string) *httptest.Server {
	t.Helper()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			if err := r.ParseForm(); err != nil || r.PostForm.Get("WebIdentityToken") != accepted {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"))
				return
			}
			_, _ = w.Write([]byte(`<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
				<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
				<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
				</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`))
			return
		}
		if !strings.Contains(r.Header.Get("Authorization"), "Credential=ASIA") || r.URL.Path != "/papers/a.txt" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte("the text"))
	}))
}

func asked(t *testing.T, token string) *httptest.ResponseRecorder {
	t.Helper()
	server := account(t, "right")
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_STS": server.URL, "AWS_ENDPOINT_URL_S3": server.URL, "AWS_REGION": "eu-west-1", "AWS_WEB_IDENTITY_TOKEN_FILE": file,
		"AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/reader", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
	} {
		t.Setenv(name, value)
	}
	recorder := httptest.NewRecorder()
	handler("papers").ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/a.txt", nil))
	return recorder
}

func TestADocumentIsReadWithTheTokenInTheFile(t *testing.T) {
	got := asked(t, "right")
	if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), `"document":"the text"`) {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
}

func TestARefusalIsToldInAWSsWord(t *testing.T) {
	got := asked(t, "wrong")
	if got.Code != http.StatusBadGateway || !strings.Contains(got.Body.String(), `"error":"AccessDenied"`) {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
}
