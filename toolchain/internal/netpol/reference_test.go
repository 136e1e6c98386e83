package netpol

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// reference reads policies flow by flow, as the documentation does, without sets, spans or chains.
type reference struct{ State }

func (r reference) allows(from, to netip.Addr, protocol corev1.Protocol, port uint16) bool {
	return from == to || r.passes(networkingv1.PolicyTypeEgress, from, to, to, protocol, port) &&
		r.passes(networkingv1.PolicyTypeIngress, to, from, to, protocol, port)
}

func (r reference) passes(
	direction networkingv1.PolicyType, isolated, peer, destination netip.Addr, protocol corev1.Protocol, port uint16,
) bool {
	pod := r.at(isolated)
	if pod == nil || !pod.IsLocal {
		return true
	}
	isIsolated := false
	for _, policy := range r.Policies {
		selector, _ := metav1.LabelSelectorAsSelector(&policy.Spec.PodSelector)
		if policy.Namespace != pod.Namespace || !slices.Contains(policy.Spec.PolicyTypes, direction) || !selector.Matches(pod.Labels) {
			continue
		}
		isIsolated = true
		if direction == networkingv1.PolicyTypeIngress {
			for _, rule := range policy.Spec.Ingress {
				if r.hasPeer(policy.Namespace, rule.From, peer) && r.hasPort(rule.Ports, destination, protocol, port) {
					return true
				}
			}
		} else {
			for _, rule := range policy.Spec.Egress {
				if r.hasPeer(policy.Namespace, rule.To, peer) && r.hasPort(rule.Ports, destination, protocol, port) {
					return true
				}
			}
		}
	}
	return !isIsolated
}

func (r reference) at(address netip.Addr) *Pod {
	for i := range r.Pods {
		if r.Pods[i].Address == address {
			return &r.Pods[i]
		}
	}
	return nil
}

func (r reference) hasPeer(namespace string, peers []networkingv1.NetworkPolicyPeer, address netip.Addr) bool {
	return len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		if peer.IPBlock != nil {
			return netip.MustParsePrefix(peer.IPBlock.CIDR).Contains(address) &&
				!slices.ContainsFunc(peer.IPBlock.Except, func(e string) bool { return netip.MustParsePrefix(e).Contains(address) })
		}
		pod := r.at(address)
		if pod == nil {
			return false
		}
		matches := func(selector *metav1.LabelSelector, of labels.Set) bool {
			parsed, _ := metav1.LabelSelectorAsSelector(selector)
			return parsed.Matches(of)
		}
		if peer.NamespaceSelector == nil {
			return pod.Namespace == namespace && matches(peer.PodSelector, pod.Labels)
		}
		return matches(peer.NamespaceSelector, r.Namespaces[pod.Namespace]) &&
			(peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels))
	})
}

func (r reference) hasPort(
	ports []networkingv1.NetworkPolicyPort, destination netip.Addr, protocol corev1.Protocol, port uint16,
) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(each networkingv1.NetworkPolicyPort) bool {
		switch {
		case *each.Protocol != protocol:
			return false
		case each.Port == nil:
			return true
		case each.Port.Type == intstr.String:
			pod := r.at(destination)
			return pod != nil && slices.Contains(pod.Ports, NamedPort{each.Port.StrVal, protocol, port})
		case each.EndPort != nil:
			return each.Port.IntVal <= int32(port) && int32(port) <= *each.EndPort
		}
		return each.Port.IntVal == int32(port)
	})
}

func one[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

func some[T any](random *rand.Rand, most int, make func() T) []T {
	found := []T{}
	for range random.IntN(most + 1) {
		found = append(found, make())
	}
	return found
}

func randomPolicy(random *rand.Rand, number int) *networkingv1.NetworkPolicy {
	selector := func(key string, values ...string) *metav1.LabelSelector {
		if random.IntN(3) == 0 {
			return &metav1.LabelSelector{}
		}
		return &metav1.LabelSelector{MatchLabels: map[string]string{key: one(random, values...)}}
	}
	peer := func() networkingv1.NetworkPolicyPeer {
		pods, namespaces := selector("pod", "a", "b", "c"), selector("ns", "x", "y", "z")
		return one(random,
			networkingv1.NetworkPolicyPeer{PodSelector: pods},
			networkingv1.NetworkPolicyPeer{NamespaceSelector: namespaces},
			networkingv1.NetworkPolicyPeer{PodSelector: pods, NamespaceSelector: namespaces},
			networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{
				CIDR:   one(random, "0.0.0.0/0", "10.42.0.0/16", "10.42.1.0/24", "198.51.100.0/28", "255.255.255.255/32"),
				Except: some(random, 2, func() string { return one(random, "10.42.1.8/29", "10.42.0.10/32", "198.51.100.7/32", "128.0.0.0/1") }),
			}},
		)
	}
	port := func() networkingv1.NetworkPolicyPort {
		protocol := one(random, protocols...)
		found := networkingv1.NetworkPolicyPort{Protocol: &protocol}
		number := intstr.FromInt32(one[int32](random, 1, 80, 8000, 8010, 8021, 65535))
		switch random.IntN(4) {
		case 0:
			named := intstr.FromString("web")
			found.Port = &named
		case 1:
			end := min(number.IntVal+random.Int32N(30), lastPort)
			found.Port, found.EndPort = &number, &end
		case 2:
			found.Port = &number
		}
		return found
	}
	policy := &networkingv1.NetworkPolicy{}
	policy.Namespace, policy.Name = one(random, "x", "y", "z"), fmt.Sprint("p", number)
	policy.Spec.PodSelector = *selector("pod", "a", "b", "c")
	policy.Spec.PolicyTypes = one(random, []networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"})
	policy.Spec.Ingress = some(random, 2, func() networkingv1.NetworkPolicyIngressRule {
		return networkingv1.NetworkPolicyIngressRule{From: some(random, 2, peer), Ports: some(random, 3, port)}
	})
	policy.Spec.Egress = some(random, 2, func() networkingv1.NetworkPolicyEgressRule {
		return networkingv1.NetworkPolicyEgressRule{To: some(random, 2, peer), Ports: some(random, 3, port)}
	})
	return policy
}

func TestRandomPoliciesMeanWhatTheReferenceSays(t *testing.T) {
	allowed, refused := 0, 0
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		state := world()
		for number := range 1 + random.IntN(5) {
			state.Policies = append(state.Policies, randomPolicy(random, number))
		}
		rules, expected := Compile(state), reference{state}
		rendered(t, rules)
		addresses := []netip.Addr{netip.MustParseAddr(outside), netip.MustParseAddr("255.255.255.255")}
		for _, pod := range state.Pods {
			addresses = append(addresses, pod.Address)
		}
		for range 400 {
			from, to, protocol := one(random, addresses...), one(random, addresses...), one(random, protocols...)
			port := one[uint16](random, 1, 79, 80, 81, 8000, 8001, 8010, 8011, 8020, 8022, 9000, 9011, 65535)
			got := rules.allows(from, to, protocol, port)
			if want := expected.allows(from, to, protocol, port); got != want {
				t.Fatalf("seed %d: %s → %s %s/%d: allowed is %v\n%s", seed, from, to, protocol, port, got, rendered(t, rules))
			}
			if got {
				allowed++
			} else {
				refused++
			}
		}
	}
	if min(allowed, refused) < 20000 {
		t.Errorf("the sample says little: %d allowed, %d refused", allowed, refused)
	}
}
