package netpol

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"sigs.k8s.io/knftables"
)

const (
	family = knftables.IPv4Family
	table  = "network-policy"
)

// render fills a transaction that replaces the whole table, which the kernel does at once: every packet meets the old
// rules or the new ones. Without isolated pods there is no table.
//
// The forward hook sees what passes between pods, other nodes and the world, with the addresses that kube-proxy has
// put in place of a Service's. It does not see what the node itself sends to its pods, or they to it, which is always
// allowed. Nothing that users write gets into the text but numbers.
func render(tx *knftables.Transaction, rules Ruleset) {
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	if len(rules.Ingress)+len(rules.Egress) == 0 {
		return
	}
	tx.Add(&knftables.Table{Comment: knftables.PtrTo("NetworkPolicy")})
	renderDirection(tx, "ingress", "ip saddr", rules.Ingress, rules.selectedIn)
	renderDirection(tx, "egress", "ip daddr", rules.Egress, rules.selectedOut)
	tx.Add(&knftables.Chain{
		Name: "forward", Type: knftables.PtrTo(knftables.FilterType), Hook: knftables.PtrTo(knftables.ForwardHook),
		Priority: knftables.PtrTo(knftables.FilterPriority),
	})
	add := func(text ...string) {
		tx.Add(&knftables.Rule{Chain: "forward", Rule: strings.Join(text, " ")})
	}
	add("ct state established,related accept")
	add("ip saddr . ip daddr", set(selves(rules)), "accept") // a pod that reaches itself by a Service
	add("ip saddr vmap @egress")
	add("ip daddr vmap @ingress")
}

// renderDirection makes a chain for each set of policies, and the map from isolated pods to them.
func renderDirection(
	tx *knftables.Transaction, direction, peer string, chains []Chain, members map[netip.Addr]int,
) {
	for number, chain := range chains {
		name := fmt.Sprintf("%s-%d", direction, number)
		tx.Add(&knftables.Chain{Name: name})
		for _, rule := range chain.Rules {
			for _, match := range matches(rule, peer) {
				tx.Add(&knftables.Rule{Chain: name, Rule: strings.TrimSpace(match + " return")})
			}
		}
		tx.Add(&knftables.Rule{Chain: name, Rule: "drop"})
	}
	tx.Add(&knftables.Map{Name: direction, Type: "ipv4_addr : verdict"})
	for _, address := range slices.SortedFunc(maps.Keys(members), netip.Addr.Compare) {
		jump := fmt.Sprintf("jump %s-%d", direction, members[address])
		tx.Add(&knftables.Element{Map: direction, Key: []string{address.String()}, Value: []string{jump}})
	}
}

// matches are alternatives; none when no flow can match.
func matches(rule Rule, peer string) []string {
	from := ""
	if !rule.AnyPeer {
		if len(rule.Peers) == 0 {
			return nil
		}
		from = peer + " " + set(elements(rule.Peers, func(n uint32) string { return toAddress(n).String() })) + " "
	}
	if rule.AnyPort {
		return []string{strings.TrimSpace(from)}
	}
	found := []string{}
	for _, protocol := range slices.Sorted(maps.Keys(rule.Ports)) {
		ports, name := rule.Ports[protocol], strings.ToLower(string(protocol))
		if ports.has(0) {
			found = append(found, from+"meta l4proto "+name)
		} else {
			found = append(found, from+name+" dport "+set(elements(ports, func(n uint32) string { return fmt.Sprint(n) })))
		}
	}
	if len(rule.Targets) > 0 {
		found = append(found, from+"ip daddr . meta l4proto . th dport "+set(targets(rule.Targets)))
	}
	return found
}

func elements(of spans, text func(uint32) string) []string {
	found := []string{}
	for _, each := range of {
		if each.first == each.last {
			found = append(found, text(each.first))
		} else {
			found = append(found, text(each.first)+"-"+text(each.last))
		}
	}
	return found
}

func targets(of []Target) []string {
	found := []string{}
	for _, each := range of {
		found = append(found, fmt.Sprintf("%s . %s . %d", each.Address, strings.ToLower(string(each.Protocol)), each.Port))
	}
	return found
}

func selves(rules Ruleset) []string {
	found := []string{}
	isolated := slices.Concat(slices.Collect(maps.Keys(rules.selectedIn)), slices.Collect(maps.Keys(rules.selectedOut)))
	slices.SortFunc(isolated, netip.Addr.Compare)
	for _, address := range slices.Compact(isolated) {
		found = append(found, fmt.Sprintf("%s . %s", address, address))
	}
	return found
}

func set(of []string) string { return "{ " + strings.Join(of, ", ") + " }" }
