package main

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"taller.dev/toolchain/internal/netpol"
	"taller.dev/toolchain/internal/podgate"
)

// startNetworkPolicy must come before kubelet, for no pod starts without an answer at the gate.
func startNetworkPolicy(ctx context.Context, config *rest.Config, c *Config) error {
	config = rest.CopyConfig(config)
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeProtobuf, runtime.ContentTypeProtobuf
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	enforcer, err := netpol.New(client, c.NodeName, podgate.Socket)
	if err != nil {
		return err
	}
	go func() {
		// A worker is given its rights with the first node's addons; until then its pods wait at the gate.
		if err := waitForAPI(ctx, client, "/apis/networking.k8s.io/v1/networkpolicies", apiLimit); err != nil {
			fail("network-policy", err)
		}
		fail("network-policy", enforcer.Run(ctx))
	}()
	return nil
}
