// Command labnode is a Kubernetes node in one process: etcd, API server, controller manager, scheduler, kubelet and
// kube-proxy, composed from the upstream modules, with containerd as its child.
//
//	labnode run CONFIG     bring the node up and stay; events go to standard output, one JSON object a line
//
// It knows nothing of labs: its config says names, addresses and directories, and the cell around it isolates.
package main

import (
	"fmt"
	"os"

	"k8s.io/component-base/version"
)

func main() {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "version":
		fmt.Println(version.Get().GitVersion)
	case len(os.Args) == 3 && os.Args[1] == "run":
		if err := run(os.Args[2]); err != nil {
			emit("failed", map[string]any{"error": err.Error()})
			fmt.Fprintln(os.Stderr, "labnode:", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: labnode run CONFIG | labnode version")
		os.Exit(2)
	}
}
