package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/vishvananda/netlink"
	"k8s.io/apimachinery/pkg/types"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const (
	// peerLimit covers the making of the other nodes' cells, also when eight labs start at once.
	peerLimit = 60 * time.Second
	// A node that is silent for longer than nodeGrace is NotReady; upstream's 50 s are for networks between machines.
	nodeGrace = 20 * time.Second
	// kubelet renews its lease four times in this time: every 5 s, so that four renewals may be late.
	nodeLeaseSeconds = 20
)

// connectPeers gives the links to the lab's other nodes their addresses, and routes to those nodes' pods. Every two
// nodes have a link of their own: one that fails cuts nobody else off.
func connectPeers(c *Config) error {
	for _, peer := range c.Peers {
		link, err := waitForLink(peer.Name, peerLimit)
		if err != nil {
			return err
		}
		address := &netlink.Addr{IPNet: host(c.NodeIP.AsSlice()), Peer: host(peer.IP.AsSlice())}
		if err := netlink.AddrReplace(link, address); err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
		_, pods, err := net.ParseCIDR(peer.PodCIDR)
		if err != nil {
			return err
		}
		route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: pods, Gw: peer.IP.AsSlice()}
		if err := netlink.RouteReplace(route); err != nil {
			return err
		}
	}
	return nil
}

func host(address net.IP) *net.IPNet { return &net.IPNet{IP: address, Mask: net.CIDRMask(32, 32)} }

func nodeMonitorFlags(c *Config) []string {
	if len(c.Peers) == 0 {
		return nil
	}
	return []string{"--node-monitor-grace-period=" + nodeGrace.String(), "--node-monitor-period=1s"}
}

func nodeLeaseConfig(c *Config) string {
	if len(c.Peers) == 0 {
		return ""
	}
	return fmt.Sprintf("nodeLeaseDurationSeconds: %d\nnodeStatusUpdateFrequency: 5s\n", nodeLeaseSeconds)
}

// waitForNodes returns when every node of the lab is Ready; each has its pods' range by then, as with kubeadm.
func waitForNodes(ctx context.Context, client *kubernetes.Clientset, c *Config) error {
	for _, node := range append([]Peer{{Name: c.NodeName, PodCIDR: c.PodCIDR}}, c.Peers...) {
		if err := waitForNode(ctx, client, node.Name, nodeLimit); err != nil {
			return err
		}
		patch := fmt.Sprintf(`{"spec": {"podCIDR": %[1]q, "podCIDRs": [%[1]q]}}`, node.PodCIDR)
		_, err := client.CoreV1().Nodes().Patch(ctx, node.Name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
		if err != nil {
			return fmt.Errorf("pod range of %s: %w", node.Name, err)
		}
	}
	return nil
}
