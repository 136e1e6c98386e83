// Command labnode is a Kubernetes node in one process: etcd, API server, controller manager, scheduler, kubelet and
// kube-proxy, composed from the upstream modules, with containerd as its child.
//
//	labnode run CONFIG     bring the node up and stay; events go to standard output, one JSON object a line
//	labnode host CONFIG    lay the node out as kubeadm does, and become its systemd; the same events
//
// It knows nothing of labs: its config says names, addresses and directories, and the cell around it isolates.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/version"
)

var verbs = map[string]func(configPath string) error{"run": run, "host": becomeHost, "follow": followHost, "addons": serveAddons}

func main() {
	if program := programNamed(os.Args[0]); program != nil {
		program()
		return
	}
	switch {
	case len(os.Args) == 2 && os.Args[1] == "version":
		fmt.Println(version.Get().GitVersion)
	case len(os.Args) == 3 && verbs[os.Args[1]] != nil:
		if err := verbs[os.Args[1]](os.Args[2]); err != nil {
			emit("failed", map[string]any{"error": err.Error()})
			fmt.Fprintln(os.Stderr, "labnode:", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: labnode run CONFIG | labnode host CONFIG | labnode version")
		os.Exit(2)
	}
}
