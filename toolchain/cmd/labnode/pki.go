package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority with its key in memory; the files are what components read.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	days int
}

func newAuthority(name, dir, file string, days int) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	fillValidity(template, days)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{cert, key, days}, writePair(dir, file, der, key)
}

// issue writes file.crt and file.key, good as a client and as a server with the given names.
func (a *authority) issue(dir, file string, subject pkix.Name, names []string, addresses []net.IP) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		Subject: subject, DNSNames: names, IPAddresses: addresses,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	fillValidity(template, a.days)
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	return writePair(dir, file, der, key)
}

func fillValidity(cert *x509.Certificate, days int) {
	cert.SerialNumber, _ = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	cert.NotBefore = time.Now().Add(-time.Minute)
	cert.NotAfter = time.Now().AddDate(0, 0, days)
}

func writePair(dir, file string, der []byte, key *ecdsa.PrivateKey) error {
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(dir, file+".key"), "EC PRIVATE KEY", private, 0o600); err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, file+".crt"), "CERTIFICATE", der, 0o644)
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}

// writePKI makes every key and certificate of the node, laid out as kubeadm does, and returns the cluster's authority.
func writePKI(c *Config) (*authority, error) {
	if err := os.MkdirAll(pkiDir, 0o755); err != nil {
		return nil, err
	}
	ca, err := newAuthority("kubernetes-ca", pkiDir, "ca", c.CertDays)
	if err != nil {
		return nil, err
	}
	front, err := newAuthority("front-proxy-ca", pkiDir, "front-proxy-ca", c.CertDays)
	if err != nil {
		return nil, err
	}
	if err := front.issue(pkiDir, "front-proxy-client", pkix.Name{CommonName: "front-proxy-client"}, nil, nil); err != nil {
		return nil, err
	}
	names := []string{
		"localhost", c.NodeName, "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local",
	}
	addresses := []net.IP{c.NodeIP.AsSlice(), c.APIIP.AsSlice(), net.IPv4(127, 0, 0, 1)}
	for file, subject := range map[string]pkix.Name{
		"apiserver":                {CommonName: "kube-apiserver"},
		"apiserver-kubelet-client": {CommonName: "kube-apiserver-kubelet-client", Organization: []string{"system:masters"}},
		"admin":                    {CommonName: "kubernetes-admin", Organization: []string{"system:masters"}},
		"controller-manager":       {CommonName: "system:kube-controller-manager"},
		"scheduler":                {CommonName: "system:kube-scheduler"},
		"kubelet":                  {CommonName: "system:node:" + c.NodeName, Organization: []string{"system:nodes"}},
		"kube-proxy":               {CommonName: "system:kube-proxy"},
		"network-policy":           {CommonName: "system:network-policy"},
		volumesUser:                {CommonName: "system:" + volumesUser},
	} {
		if err := ca.issue(pkiDir, file, subject, names, addresses); err != nil {
			return nil, fmt.Errorf("certificate %s: %w", file, err)
		}
	}
	return ca, writeServiceAccountKey()
}

func writeServiceAccountKey() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(pkiDir, "sa.key"), "EC PRIVATE KEY", private, 0o600); err != nil {
		return err
	}
	return writePEM(filepath.Join(pkiDir, "sa.pub"), "PUBLIC KEY", public, 0o644)
}
