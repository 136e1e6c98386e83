package main

import (
	"crypto/x509/pkix"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// issueForPeers says, as an event that only the host reads, what each worker needs to join: certificates of its own,
// kubeconfigs with them, and the authority's certificate. The authority's key stays here. The host hands it on, so that
// joining costs no more than the making of a cell; bootstrap tokens would wait for the controller manager.
func issueForPeers(c *Config, ca *authority) error {
	issued := map[string]map[string]string{}
	for _, peer := range c.Peers {
		files, err := issueFor(c, ca, peer)
		if err != nil {
			return fmt.Errorf("certificates of %s: %w", peer.Name, err)
		}
		issued[peer.Name] = files
	}
	if len(issued) > 0 {
		emit("issued", map[string]any{"nodes": issued})
	}
	return nil
}

func issueFor(c *Config, ca *authority, peer Peer) (map[string]string, error) {
	dir, err := os.MkdirTemp("/run", "issued-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	node := pkix.Name{CommonName: "system:node:" + peer.Name, Organization: []string{"system:nodes"}}
	if err := ca.issue(dir, "kubelet", node, []string{peer.Name}, []net.IP{peer.IP.AsSlice()}); err != nil {
		return nil, err
	}
	for _, user := range []string{"kube-proxy", "network-policy", volumesUser} {
		if err := ca.issue(dir, user, pkix.Name{CommonName: "system:" + user}, nil, nil); err != nil {
			return nil, err
		}
	}
	files := map[string]string{}
	for path, source := range map[string]string{
		pki("ca.crt"): pki("ca.crt"), pki("kubelet.crt"): filepath.Join(dir, "kubelet.crt"),
		pki("kubelet.key"): filepath.Join(dir, "kubelet.key"),
	} {
		data, err := os.ReadFile(source)
		if err != nil {
			return nil, err
		}
		files[path] = string(data)
	}
	for _, user := range []string{"kubelet", "kube-proxy", "network-policy", volumesUser} {
		data, err := kubeconfig(c, dir, user)
		if err != nil {
			return nil, err
		}
		files[kubeconfigPath(user)] = string(data)
	}
	return files, nil
}

// writeIssued puts what the first node issued where kubelet and kube-proxy look for it.
func writeIssued(c *Config) error {
	for path, content := range c.Issued {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}
