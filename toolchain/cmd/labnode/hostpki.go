package main

import (
	"crypto/x509/pkix"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

const kubeletPKI = "/var/lib/kubelet/pki"

// certificate is one that a hosted node has: where, for whom, and under which names it serves.
type certificate struct {
	dir, file string
	subject   pkix.Name
	names     []string
}

// writeHostPKI makes what `kubeadm init` makes: keys and certificates in /etc/kubernetes/pki, kubeconfigs, and kubelet's
// own. The administrator's way in that the host is told of has a certificate that is in no file of the node.
func writeHostPKI(c *Config) error {
	etcdPKI := filepath.Join(pkiDir, "etcd")
	for _, dir := range []string{etcdPKI, kubeletPKI} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	authorities := map[string]*authority{}
	for file, dir := range map[string]string{"ca": pkiDir, "front-proxy-ca": pkiDir, "etcd/ca": pkiDir} {
		made, err := newAuthority(authorityNames[file], dir, file, c.CertDays)
		if err != nil {
			return err
		}
		authorities[file] = made
	}
	addresses := []net.IP{c.NodeIP.AsSlice(), c.APIIP.AsSlice(), net.IPv4(127, 0, 0, 1)}
	for authority, certificates := range hostCertificates(c) {
		for _, each := range certificates {
			if err := authorities[authority].issue(each.dir, each.file, each.subject, each.names, addresses); err != nil {
				return fmt.Errorf("certificate %s: %w", each.file, err)
			}
		}
	}
	if err := writeServiceAccountKey(); err != nil {
		return err
	}
	if err := writeHostKubeconfigs(c, authorities["ca"]); err != nil {
		return err
	}
	return writeKubeletClient(c, authorities["ca"])
}

var authorityNames = map[string]string{"ca": "kubernetes", "front-proxy-ca": "front-proxy-ca", "etcd/ca": "etcd-ca"}

func hostCertificates(c *Config) map[string][]certificate {
	named := func(name string, organizations ...string) pkix.Name {
		return pkix.Name{CommonName: name, Organization: organizations}
	}
	local := []string{"localhost", c.NodeName}
	service := []string{
		c.NodeName, "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
		"kubernetes.default.svc.cluster.local",
	}
	return map[string][]certificate{
		"ca": {
			{pkiDir, "apiserver", named("kube-apiserver"), service},
			{pkiDir, "apiserver-kubelet-client", named("kube-apiserver-kubelet-client", "system:masters"), nil},
			{kubeletPKI, "kubelet", named(c.NodeName), local},
		},
		"front-proxy-ca": {{pkiDir, "front-proxy-client", named("front-proxy-client"), nil}},
		"etcd/ca": {
			{pkiDir, "apiserver-etcd-client", named("kube-apiserver-etcd-client"), nil},
			{pkiDir, "etcd/server", named(c.NodeName), local},
			{pkiDir, "etcd/peer", named(c.NodeName), local},
			{pkiDir, "etcd/healthcheck-client", named("kube-etcd-healthcheck-client"), nil},
		},
	}
}

func writeHostKubeconfigs(c *Config, ca *authority) error {
	dir, err := os.MkdirTemp("/run", "issued-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for user, subject := range map[string]pkix.Name{
		"admin":              {CommonName: "kubernetes-admin", Organization: []string{"system:masters"}},
		"controller-manager": {CommonName: "system:kube-controller-manager"},
		"scheduler":          {CommonName: "system:kube-scheduler"},
		"network-policy":     {CommonName: "system:network-policy"},
		volumesUser:          {CommonName: "system:" + volumesUser},
		"outside":            {CommonName: "kubernetes-admin", Organization: []string{"system:masters"}},
	} {
		if err := ca.issue(dir, user, subject, nil, nil); err != nil {
			return err
		}
		data, err := kubeconfig(c, dir, user)
		if err != nil {
			return err
		}
		if user == "outside" {
			emit("api", map[string]any{"kubeconfig": string(data)})
			continue
		}
		if err := os.WriteFile(kubeconfigPath(user), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// writeKubeletClient: kubelet's key and certificate are one file, behind a link that its rotation replaces.
func writeKubeletClient(c *Config, ca *authority) error {
	subject := pkix.Name{CommonName: "system:node:" + c.NodeName, Organization: []string{"system:nodes"}}
	if err := ca.issue(kubeletPKI, "client", subject, nil, nil); err != nil {
		return err
	}
	var pair []byte
	for _, ending := range []string{".crt", ".key"} {
		path := filepath.Join(kubeletPKI, "client"+ending)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pair = append(pair, data...)
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	const current = kubeletPKI + "/kubelet-client-current.pem"
	first := kubeletPKI + "/kubelet-client-" + started.Format("2006-01-02-15-04-05") + ".pem"
	if err := os.WriteFile(first, pair, 0o600); err != nil {
		return err
	}
	if err := os.Symlink(first, current); err != nil {
		return err
	}
	data, err := kubeletKubeconfig(c, current)
	if err != nil {
		return err
	}
	return os.WriteFile(kubeconfigPath("kubelet"), data, 0o600)
}
