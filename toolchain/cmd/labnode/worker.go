package main

import "context"

// startWorker joins the lab's cluster: a runtime, kubelet and kube-proxy, and nothing of the control plane.
func startWorker(ctx context.Context, config *Config, runtime <-chan error) error {
	if err := connectPeers(config); err != nil {
		return err
	}
	_, kubelet, err := clientOf("kubelet")
	if err != nil {
		return err
	}
	_, proxy, err := clientOf("kube-proxy")
	if err != nil {
		return err
	}
	// As on the first node, kubelet starts when the API server answers at all; what it answers before the RBAC roles
	// are there is a refusal.
	if err := waitForAnyAnswer(ctx, kubelet, "/livez/ping", apiLimit); err != nil {
		return err
	}
	if err := <-runtime; err != nil {
		return err
	}
	policy, _, err := clientOf("network-policy")
	if err != nil {
		return err
	}
	if err := startNetworkPolicy(ctx, policy, config); err != nil {
		return err
	}
	if err := startKubelet(ctx, config); err != nil {
		return err
	}
	if err := waitForAPI(ctx, proxy, "/readyz", apiLimit); err != nil {
		return err
	}
	if err := startProxy(ctx, config); err != nil {
		return err
	}
	if err := startVolumes(ctx, config.NodeName); err != nil {
		return err
	}
	if err := waitForNode(ctx, kubelet, config.NodeName, nodeLimit); err != nil {
		return err
	}
	emit("ready", nil)
	return nil
}
