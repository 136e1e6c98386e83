package netpol

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Ruleset is what one node enforces. A flow passes when the chain of its source (egress) and that of its destination
// (ingress) each have a rule that matches it; an address without a chain is not isolated in that direction.
type Ruleset struct {
	Ingress, Egress         []Chain
	selectedIn, selectedOut map[netip.Addr]int // address of a local pod → index of its chain
}

// Chain has the rules of all policies that select the same pods.
type Chain struct{ Rules []Rule }

// Rule allows what comes from its peers (ingress) or goes to them (egress) on one of its ports.
type Rule struct {
	AnyPeer bool
	Peers   spans
	AnyPort bool
	Ports   map[corev1.Protocol]spans
	Targets []Target // what named ports stand for
}

// Target is a destination's named port.
type Target struct {
	Address  netip.Addr
	Protocol corev1.Protocol
	Port     uint16
}

const lastPort = 65535

var protocols = []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}

// Compile follows https://kubernetes.io/docs/concepts/services-networking/network-policies/ and the API's reference.
func Compile(state State) Ruleset {
	slices.SortFunc(state.Policies, func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(state.Pods, func(a, b Pod) int { return a.Address.Compare(b.Address) })
	rules := Ruleset{}
	rules.Ingress, rules.selectedIn = state.chains(networkingv1.PolicyTypeIngress, state.ingressRules)
	rules.Egress, rules.selectedOut = state.chains(networkingv1.PolicyTypeEgress, state.egressRules)
	return rules
}

// chains returns one chain for each set of policies that together select some local pod, and who has which.
func (s State) chains(
	direction networkingv1.PolicyType, rulesOf func(*networkingv1.NetworkPolicy, []Pod) []Rule,
) ([]Chain, map[netip.Addr]int) {
	type group struct {
		policies []*networkingv1.NetworkPolicy
		pods     []Pod
	}
	groups, order := map[string]*group{}, []string{}
	for _, pod := range s.Pods {
		if !pod.IsLocal {
			continue
		}
		key, selecting := strings.Builder{}, []*networkingv1.NetworkPolicy{}
		for _, policy := range s.Policies {
			if policy.Namespace == pod.Namespace && hasType(policy, direction) && selects(&policy.Spec.PodSelector, pod.Labels, true) {
				selecting = append(selecting, policy)
				key.WriteString(policy.Namespace + "/" + policy.Name + "\n")
			}
		}
		if len(selecting) == 0 {
			continue
		}
		if groups[key.String()] == nil {
			groups[key.String()] = &group{policies: selecting}
			order = append(order, key.String())
		}
		groups[key.String()].pods = append(groups[key.String()].pods, pod)
	}
	chains, members := []Chain{}, map[netip.Addr]int{}
	for number, key := range order {
		chain := Chain{}
		for _, policy := range groups[key].policies {
			chain.Rules = append(chain.Rules, rulesOf(policy, groups[key].pods)...)
		}
		chains = append(chains, chain)
		for _, pod := range groups[key].pods {
			members[pod.Address] = number
		}
	}
	return chains, members
}

// hasType applies the default of policyTypes, although the API server has done so.
func hasType(policy *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) bool {
	if len(policy.Spec.PolicyTypes) == 0 {
		return direction == networkingv1.PolicyTypeIngress || len(policy.Spec.Egress) > 0
	}
	return slices.Contains(policy.Spec.PolicyTypes, direction)
}

func (s State) ingressRules(policy *networkingv1.NetworkPolicy, selected []Pod) []Rule {
	rules := []Rule{}
	for _, each := range policy.Spec.Ingress {
		rule := Rule{AnyPeer: len(each.From) == 0, Peers: s.addresses(policy.Namespace, each.From)}
		rule.setPorts(each.Ports, selected)
		rules = append(rules, rule)
	}
	return rules
}

func (s State) egressRules(policy *networkingv1.NetworkPolicy, _ []Pod) []Rule {
	rules := []Rule{}
	for _, each := range policy.Spec.Egress {
		rule := Rule{AnyPeer: len(each.To) == 0, Peers: s.addresses(policy.Namespace, each.To)}
		destinations := slices.DeleteFunc(slices.Clone(s.Pods), func(pod Pod) bool {
			return pod.IsGone || !rule.AnyPeer && !rule.Peers.has(toNumber(pod.Address))
		})
		rule.setPorts(each.Ports, destinations)
		rules = append(rules, rule)
	}
	return rules
}

// addresses returns those of all peers together; there are none of pods that have no address yet.
func (s State) addresses(namespace string, peers []networkingv1.NetworkPolicyPeer) spans {
	parts := []spans{}
	for _, peer := range peers {
		if peer.IPBlock != nil {
			holes := []spans{}
			for _, except := range peer.IPBlock.Except {
				holes = append(holes, block(except))
			}
			parts = append(parts, block(peer.IPBlock.CIDR).without(union(holes...)))
			continue
		}
		for _, pod := range s.Pods {
			if !pod.IsGone && s.isPeer(pod, namespace, peer) {
				number := toNumber(pod.Address)
				parts = append(parts, spans{{number, number}})
			}
		}
	}
	return union(parts...)
}

func (s State) isPeer(pod Pod, namespace string, peer networkingv1.NetworkPolicyPeer) bool {
	if peer.NamespaceSelector == nil && peer.PodSelector == nil {
		return false // validation refuses it
	}
	if peer.NamespaceSelector == nil && pod.Namespace != namespace {
		return false
	}
	if peer.NamespaceSelector != nil {
		if of, isKnown := s.Namespaces[pod.Namespace]; !isKnown || !selects(peer.NamespaceSelector, of, false) {
			return false
		}
	}
	return peer.PodSelector == nil || selects(peer.PodSelector, pod.Labels, false)
}

// selects answers ifUnreadable for a selector that validation should have refused: whatever allows less.
func selects(selector *metav1.LabelSelector, of labels.Set, ifUnreadable bool) bool {
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return ifUnreadable
	}
	return parsed.Matches(of)
}

func (r *Rule) setPorts(ports []networkingv1.NetworkPolicyPort, destinations []Pod) {
	r.AnyPort = len(ports) == 0
	r.Ports = map[corev1.Protocol]spans{}
	for _, port := range ports {
		protocol := corev1.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		if !slices.Contains(protocols, protocol) {
			continue // validation refuses it
		}
		switch {
		case port.Port == nil:
			r.Ports[protocol] = union(r.Ports[protocol], spans{{0, lastPort}})
		case port.Port.StrVal != "":
			r.addTargets(port.Port.StrVal, protocol, destinations)
		default:
			only := span{uint32(port.Port.IntVal), uint32(port.Port.IntVal)}
			if port.EndPort != nil {
				only.last = uint32(*port.EndPort)
			}
			r.Ports[protocol] = union(r.Ports[protocol], spans{only})
		}
	}
}

func (r *Rule) addTargets(name string, protocol corev1.Protocol, destinations []Pod) {
	for _, pod := range destinations {
		for _, port := range pod.Ports {
			target := Target{pod.Address, protocol, port.Number}
			if port.Name == name && port.Protocol == protocol && !slices.Contains(r.Targets, target) {
				r.Targets = append(r.Targets, target)
			}
		}
	}
}
