package shop

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
)

// listen serves TLS where the server has a certificate.
func listen(server *http.Server) error {
	if server.TLSConfig == nil {
		return server.ListenAndServe()
	}
	return server.ListenAndServeTLS("", "")
}

// certificate is the server's own, as it is in the files now; nil where none is asked for.
func (c Config) certificate() (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// trust is what an upstream is checked against; nil means what the system trusts.
func (c Config) trust() (*tls.Config, error) {
	if !c.UpstreamCheck {
		return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, nil
	}
	if c.UpstreamCA == "" {
		return nil, nil
	}
	text, err := os.ReadFile(c.UpstreamCA)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no certificate", c.UpstreamCA)
	}
	return &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}, nil
}
