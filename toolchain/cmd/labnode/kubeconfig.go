package main

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// kubeconfig returns a self-contained kubeconfig for the certificate pkiDir/user.crt.
func kubeconfig(c *Config, user string) ([]byte, error) {
	read := func(file string) []byte { data, _ := os.ReadFile(filepath.Join(pkiDir, file)); return data }
	config := api.NewConfig()
	config.Clusters["lab"] = &api.Cluster{
		Server: fmt.Sprintf("https://%s:6443", c.NodeIP), CertificateAuthorityData: read("ca.crt"),
	}
	config.AuthInfos[user] = &api.AuthInfo{
		ClientCertificateData: read(user + ".crt"), ClientKeyData: read(user + ".key"),
	}
	config.Contexts["lab"] = &api.Context{Cluster: "lab", AuthInfo: user}
	config.CurrentContext = "lab"
	return clientcmd.Write(*config)
}

func writeKubeconfigs(c *Config) error {
	for _, user := range []string{"admin", "controller-manager", "scheduler", "kubelet", "kube-proxy"} {
		data, err := kubeconfig(c, user)
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
