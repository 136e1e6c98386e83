package main

import (
	"fmt"
	"net"
	"os"
	"time"

	"github.com/vishvananda/netlink"
)

const uplink = "eth0"

// configureNetwork gives the uplink, which the host moves into this network namespace, its address.
func configureNetwork(c *Config) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	link, err := waitForLink(uplink, 10*time.Second)
	if err != nil {
		return err
	}
	address := &netlink.Addr{IPNet: &net.IPNet{IP: c.NodeIP.AsSlice(), Mask: net.CIDRMask(c.NodePrefix, 32)}}
	if err := netlink.AddrReplace(link, address); err != nil {
		return err
	}
	if err := netlink.LinkSetUp(link); err != nil {
		return err
	}
	// A Service's address needs some route before kube-proxy's rules, which look at packets after routing, can refuse
	// a Service without endpoints; on other hosts it is the default route.
	_, services, err := net.ParseCIDR(c.ServiceCIDR)
	if err != nil {
		return err
	}
	route := &netlink.Route{LinkIndex: link.Attrs().Index, Dst: services, Scope: netlink.SCOPE_LINK}
	if err := netlink.RouteReplace(route); err != nil {
		return err
	}
	// Without a default route nothing in the lab can be sent out; with one, the host's firewall still decides.
	if c.Egress {
		route := &netlink.Route{LinkIndex: link.Attrs().Index, Gw: c.GatewayIP.AsSlice()}
		if err := netlink.RouteReplace(route); err != nil {
			return err
		}
	}
	for name, value := range map[string]string{
		"ip_forward": "1",
		// kube-proxy refuses connections to a Service without endpoints by ICMP, which Linux limits to one a second a
		// client after the first few: later clients would see a time-out instead of a refusal.
		"icmp_ratelimit": "0",
		// Links made from now on, those of the pods: what comes from one must have an address that is reached by it, so
		// that no pod steps round a NetworkPolicy under another's address. 1 is strict (RFC 3704).
		"conf/default/rp_filter": "1",
	} {
		if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte(value), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func waitForLink(name string, limit time.Duration) (netlink.Link, error) {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if link, err := netlink.LinkByName(name); err == nil {
			return link, nil
		}
	}
	return nil, fmt.Errorf("the host gave no %s within %s", name, limit)
}
