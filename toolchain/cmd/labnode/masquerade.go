package main

import (
	"fmt"
	"os/exec"
	"strings"
)

// masquerade lets pods speak to what is no pod under their node's address. The CNI plugin's own masquerading would hide
// them from pods of other nodes too, and costs each pod's start some calls of nft.
func masquerade(c *Config) error {
	rules := fmt.Sprintf(`table ip lab {
  chain postrouting { type nat hook postrouting priority srcnat;
    ip saddr %[1]s ip daddr != { %[1]s, 224.0.0.0/4 } masquerade; }
}`, c.ClusterCIDR)
	cmd := exec.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, said)
	}
	return nil
}
