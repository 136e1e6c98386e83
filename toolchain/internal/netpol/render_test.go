package netpol

import (
	"context"
	"testing"

	"sigs.k8s.io/knftables"
)

// rendered is what nft would be given, after knftables has checked that everything it names is there.
func rendered(t *testing.T, rules Ruleset) string {
	t.Helper()
	fake := knftables.NewFake(family, table)
	tx := fake.NewTransaction()
	render(tx, rules)
	if err := fake.Run(context.Background(), tx); err != nil {
		t.Fatalf("%v\n%s", err, tx.String())
	}
	return tx.String()
}

func TestRender(t *testing.T) {
	rules := Compile(world(
		policy(t, "deny", `{podSelector: {matchLabels: {pod: a}}, policyTypes: [Ingress, Egress]}`),
		policy(t, "let", `{podSelector: {matchLabels: {pod: a}}, ingress: [
			{from: [{podSelector: {matchLabels: {pod: b}}}, {ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.0/25]}}],
			 ports: [{port: 80}, {port: 8000, endPort: 8010}, {port: web}]},
			{from: [{podSelector: {matchLabels: {pod: none}}}]},
			{ports: [{protocol: UDP}]}]}`),
	))
	expected := `add table ip network-policy
delete table ip network-policy
add table ip network-policy { comment "NetworkPolicy" ; }
add chain ip network-policy ingress-0
add rule ip network-policy ingress-0 ip saddr { 10.42.0.11, 198.51.100.128-198.51.100.255 } tcp dport { 80, 8000-8010 } return
add rule ip network-policy ingress-0 ip saddr { 10.42.0.11, 198.51.100.128-198.51.100.255 } ip daddr . meta l4proto . th dport { 10.42.0.10 . tcp . 8000 } return
add rule ip network-policy ingress-0 meta l4proto udp return
add rule ip network-policy ingress-0 drop
add map ip network-policy ingress { type ipv4_addr : verdict ; }
add element ip network-policy ingress { 10.42.0.10 : jump ingress-0 }
add chain ip network-policy egress-0
add rule ip network-policy egress-0 drop
add map ip network-policy egress { type ipv4_addr : verdict ; }
add element ip network-policy egress { 10.42.0.10 : jump egress-0 }
add chain ip network-policy forward { type filter hook forward priority 0 ; }
add rule ip network-policy forward ct state established,related accept
add rule ip network-policy forward ip saddr . ip daddr { 10.42.0.10 . 10.42.0.10 } accept
add rule ip network-policy forward ip saddr vmap @egress
add rule ip network-policy forward ip daddr vmap @ingress
`
	if got := rendered(t, rules); got != expected {
		t.Errorf("rendered:\n%s", got)
	}
}

func TestWithoutIsolatedPodsThereIsNoTable(t *testing.T) {
	if got := rendered(t, Compile(world())); got != "add table ip network-policy\ndelete table ip network-policy\n" {
		t.Errorf("rendered:\n%s", got)
	}
}
