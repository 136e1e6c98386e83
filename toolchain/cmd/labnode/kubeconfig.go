package main

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// kubeconfig returns a self-contained kubeconfig for the certificate dir/file.crt.
func kubeconfig(c *Config, dir, user string) ([]byte, error) {
	read := func(dir, file string) []byte { data, _ := os.ReadFile(filepath.Join(dir, file)); return data }
	config := api.NewConfig()
	config.Clusters["lab"] = &api.Cluster{
		Server: fmt.Sprintf("https://%s:6443", c.NodeIP), CertificateAuthorityData: read(pkiDir, "ca.crt"),
	}
	config.AuthInfos[user] = &api.AuthInfo{
		ClientCertificateData: read(dir, user+".crt"), ClientKeyData: read(dir, user+".key"),
	}
	config.Contexts["lab"] = &api.Context{Cluster: "lab", AuthInfo: user}
	config.CurrentContext = "lab"
	return clientcmd.Write(*config)
}

// kubeletKubeconfig returns one whose certificate and key are in a file, which kubelet itself replaces.
func kubeletKubeconfig(c *Config, pair string) ([]byte, error) {
	authority, err := os.ReadFile(filepath.Join(pkiDir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	config := api.NewConfig()
	config.Clusters["kubernetes"] = &api.Cluster{
		Server: fmt.Sprintf("https://%s:6443", c.NodeIP), CertificateAuthorityData: authority,
	}
	config.AuthInfos["default-auth"] = &api.AuthInfo{ClientCertificate: pair, ClientKey: pair}
	config.Contexts["default-context"] = &api.Context{Cluster: "kubernetes", AuthInfo: "default-auth"}
	config.CurrentContext = "default-context"
	return clientcmd.Write(*config)
}

func writeKubeconfigs(c *Config) error {
	for _, user := range []string{"admin", "controller-manager", "scheduler", "kubelet", "kube-proxy", "network-policy", volumesUser} {
		data, err := kubeconfig(c, pkiDir, user)
		if err != nil {
			return err
		}
		if err := os.WriteFile(kubeconfigPath(user), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func kubeconfigPath(user string) string { return filepath.Join(kubeDir, user+".conf") }
