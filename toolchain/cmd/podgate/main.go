// Command podgate is the last CNI plugin of a lab's network: it tells the node which pod has got which address and
// returns when the node has made the rules for it, so that no pod runs before its NetworkPolicies do.
package main

import (
	"encoding/json"
	"errors"
	"net/netip"

	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/cni/pkg/version"

	"taller.dev/toolchain/internal/podgate"
)

// podArguments are what Kubernetes' runtimes give to plugins.
type podArguments struct {
	types.CommonArgs
	K8S_POD_NAMESPACE          types.UnmarshallableString //nolint:revive // the names of CNI_ARGS
	K8S_POD_NAME               types.UnmarshallableString
	K8S_POD_UID                types.UnmarshallableString
	K8S_POD_INFRA_CONTAINER_ID types.UnmarshallableString
}

func main() {
	skel.PluginMainFuncs(skel.CNIFuncs{
		Add:    add,
		Del:    remove,
		Check:  func(*skel.CmdArgs) error { return nil },
		Status: func(*skel.CmdArgs) error { return nil },
		GC:     func(*skel.CmdArgs) error { return nil },
	}, version.All, "podgate")
}

func add(args *skel.CmdArgs) error {
	config := types.PluginConf{}
	if err := json.Unmarshal(args.StdinData, &config); err != nil {
		return err
	}
	if err := version.ParsePrevResult(&config); err != nil {
		return err
	}
	if config.PrevResult == nil {
		return errors.New("podgate must come after a plugin that gives addresses")
	}
	result, err := current.NewResultFromResult(config.PrevResult)
	if err != nil {
		return err
	}
	pod := podArguments{}
	if err := types.LoadArgs(args.Args, &pod); err != nil {
		return err
	}
	for _, each := range result.IPs {
		if address, ok := netip.AddrFromSlice(each.Address.IP); ok && address.Unmap().Is4() {
			err := podgate.Tell(podgate.Socket, podgate.Message{
				Verb: podgate.Add, Sandbox: args.ContainerID, Address: address.Unmap(),
				Namespace: string(pod.K8S_POD_NAMESPACE), Pod: string(pod.K8S_POD_NAME), UID: string(pod.K8S_POD_UID),
			})
			if err != nil {
				return err
			}
		}
	}
	return types.PrintResult(config.PrevResult, config.CNIVersion)
}

func remove(args *skel.CmdArgs) error {
	return podgate.Tell(podgate.Socket, podgate.Message{Verb: podgate.Delete, Sandbox: args.ContainerID})
}
