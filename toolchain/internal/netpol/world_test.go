package netpol

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml"
)

// outside is an address of no pod's.
const outside = "198.51.100.7"

// world has pods a, b and c in each of the namespaces x, y and z, as upstream's end-to-end tests do; all of this node
// but those of z. Every pod calls another port "web", so that a named port has no single number.
func world(policies ...*networkingv1.NetworkPolicy) State {
	state := State{Policies: policies, Namespaces: map[string]labels.Set{}}
	for i, namespace := range []string{"x", "y", "z"} {
		state.Namespaces[namespace] = labels.Set{"ns": namespace, "team": map[bool]string{true: "blue", false: "red"}[namespace == "x"]}
		for j, name := range []string{"a", "b", "c"} {
			state.Pods = append(state.Pods, Pod{
				Namespace: namespace, Labels: labels.Set{"pod": name, "odd": fmt.Sprint(j%2 == 1)},
				Address: netip.AddrFrom4([4]byte{10, 42, byte(i), byte(10 + j)}), IsLocal: namespace != "z",
				Ports: []NamedPort{
					{"web", corev1.ProtocolTCP, uint16(8000 + 10*i + j)}, {"web", corev1.ProtocolUDP, uint16(9000 + 10*i + j)},
				},
			})
		}
	}
	return state
}

func address(t *testing.T, name string) netip.Addr {
	t.Helper()
	if parsed, err := netip.ParseAddr(name); err == nil {
		return parsed
	}
	namespace, pod, ok := strings.Cut(name, "/")
	if !ok {
		t.Fatalf("not a pod or an address: %s", name)
	}
	i, j := slices.Index([]string{"x", "y", "z"}, namespace), slices.Index([]string{"a", "b", "c"}, pod)
	return netip.AddrFrom4([4]byte{10, 42, byte(i), byte(10 + j)})
}

// policy reads a spec; its metadata's namespace is x unless the name says otherwise.
func policy(t *testing.T, name, spec string) *networkingv1.NetworkPolicy {
	t.Helper()
	found := &networkingv1.NetworkPolicy{}
	if err := yaml.UnmarshalStrict([]byte(spec), &found.Spec); err != nil {
		t.Fatal(err)
	}
	found.Namespace, found.Name = "x", name
	if namespace, short, ok := strings.Cut(name, "/"); ok {
		found.Namespace, found.Name = namespace, short
	}
	return found
}

// allows does with the compiled rules what nftables does with the rendered ones.
func (r Ruleset) allows(from, to netip.Addr, protocol corev1.Protocol, port uint16) bool {
	passes := func(chains []Chain, members map[netip.Addr]int, isolated, peer netip.Addr) bool {
		number, isIsolated := members[isolated]
		return !isIsolated || slices.ContainsFunc(chains[number].Rules, func(rule Rule) bool {
			isPeer := rule.AnyPeer || rule.Peers.has(toNumber(peer))
			isPort := rule.AnyPort || rule.Ports[protocol].has(uint32(port)) ||
				slices.Contains(rule.Targets, Target{to, protocol, port})
			return isPeer && isPort
		})
	}
	return from == to || passes(r.Egress, r.selectedOut, from, to) && passes(r.Ingress, r.selectedIn, to, from)
}

// expect reads lines of "FROM TO PROTOCOL/PORT yes|no", with TO several pods joined by commas.
func expect(t *testing.T, rules Ruleset, lines string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		words := strings.Fields(line)
		protocol, number, _ := strings.Cut(words[2], "/")
		var port uint16
		fmt.Sscan(number, &port)
		for _, to := range strings.Split(words[1], ",") {
			got := rules.allows(address(t, words[0]), address(t, to), corev1.Protocol(strings.ToUpper(protocol)), port)
			if got != (words[3] == "yes") {
				t.Errorf("%s → %s %s: allowed is %v", words[0], to, words[2], got)
			}
		}
	}
}
