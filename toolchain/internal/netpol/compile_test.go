package netpol

import (
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Each case is a sentence of https://kubernetes.io/docs/concepts/services-networking/network-policies/ or of the API's
// reference. z's pods are another node's: only what x and y do is enforced here.
var cases = []struct{ name, spec, expected string }{
	{"no ingress rules isolate", `{podSelector: {}, policyTypes: [Ingress]}`, `
x/a x/b,x/c tcp/80 no
y/a x/a,x/b,x/c udp/53 no
198.51.100.7 x/a tcp/80 no
x/a x/a tcp/80 yes
x/a y/a,z/a,198.51.100.7 tcp/80 yes
y/a y/b,z/b tcp/80 yes`},
	{"no egress rules isolate", `{podSelector: {}, policyTypes: [Egress]}`, `
x/a x/b,y/a,z/a,198.51.100.7 tcp/80 no
x/a x/a tcp/80 yes
y/a x/a,x/b tcp/80 yes
198.51.100.7 x/a tcp/80 yes`},
	{"both directions", `{podSelector: {}, policyTypes: [Ingress, Egress]}`, `
x/a x/b,y/a tcp/80 no
y/a x/a tcp/80 no
y/a z/a tcp/80 yes`},
	{"types default to ingress", `{podSelector: {}}`, `
y/a x/a tcp/80 no
x/a y/a tcp/80 yes`},
	{"types default to both with egress rules", `{podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {pod: b}}}]}]}`, `
y/a x/a tcp/80 no
x/a y/b,x/b tcp/80 no`},
	{"rules of a direction that is not among the types are ignored",
		`{podSelector: {}, policyTypes: [Ingress], ingress: [{}], egress: [{to: [{podSelector: {}}]}]}`, `
x/a y/a tcp/80 yes
y/a x/a tcp/80 yes`},
	{"an empty rule allows everything", `{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}`, `
y/a x/a tcp/80 yes
x/a x/b,y/a,198.51.100.7 udp/1 yes
198.51.100.7 x/a sctp/9 yes`},
	{"only the selected are isolated", `{podSelector: {matchLabels: {pod: a}}, policyTypes: [Ingress]}`, `
x/b x/a tcp/80 no
x/a x/b tcp/80 yes`},
	{"a pod selector is of the policy's namespace", `{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {pod: a}}}]}]}`, `
x/a x/b tcp/80 yes
y/a x/b tcp/80 no
x/c x/b tcp/80 no`},
	{"an empty pod selector is every pod of the namespace", `{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}`, `
x/a x/b tcp/80 yes
y/a x/b tcp/80 no`},
	{"a namespace selector is every pod of those namespaces", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}]}]}`, `
y/a x/a,x/b tcp/80 yes
z/a x/a tcp/80 no
x/b x/a tcp/80 no
198.51.100.7 x/a tcp/80 no`},
	{"an empty namespace selector is every pod, and nobody else", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`, `
y/a x/a tcp/80 yes
z/c x/a tcp/80 yes
198.51.100.7 x/a tcp/80 no`},
	{"both selectors of one peer must match",
		`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {pod: b}}}]}]}`, `
y/b x/a tcp/80 yes
z/b x/a tcp/80 yes
y/a x/a tcp/80 no
x/b x/a tcp/80 no`},
	{"two peers are alternatives",
		`{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}, {podSelector: {matchLabels: {pod: b}}}]}]}`, `
y/a x/a tcp/80 yes
x/b x/a tcp/80 yes
x/c x/a tcp/80 no
z/b x/a tcp/80 no`},
	{"expressions select",
		`{podSelector: {matchExpressions: [{key: pod, operator: NotIn, values: [c]}]}, ingress: [{from: [{podSelector: {matchExpressions: [{key: odd, operator: In, values: ["true"]}]}}]}]}`, `
x/b x/a tcp/80 yes
x/c x/a tcp/80 no
y/a x/c tcp/80 yes`},
	{"a port is of its protocol, TCP by default", `{podSelector: {}, ingress: [{ports: [{port: 80}]}]}`, `
y/a x/a tcp/80 yes
y/a x/a tcp/81 no
y/a x/a udp/80 no
198.51.100.7 x/a tcp/80 yes`},
	{"a protocol alone is all its ports", `{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}`, `
y/a x/a udp/1 yes
y/a x/a udp/65535 yes
y/a x/a tcp/80 no`},
	{"SCTP", `{podSelector: {}, ingress: [{ports: [{protocol: SCTP, port: 132}]}]}`, `
y/a x/a sctp/132 yes
y/a x/a sctp/133 no
y/a x/a tcp/132 no`},
	{"a range has both its ends", `{podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8002}]}]}`, `
y/a x/a tcp/7999 no
y/a x/a tcp/8000 yes
y/a x/a tcp/8002 yes
y/a x/a tcp/8003 no`},
	{"ranges may overlap", `{podSelector: {}, ingress: [{ports: [{port: 100, endPort: 200}, {port: 150, endPort: 250}, {port: 120}]}]}`, `
y/a x/a tcp/99 no
y/a x/a tcp/250 yes
y/a x/a tcp/251 no`},
	{"peers and ports must both match", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}], ports: [{port: 80}]}]}`, `
y/a x/a tcp/80 yes
y/a x/a tcp/81 no
z/a x/a tcp/80 no`},
	{"a rule's ports are not another rule's", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}], ports: [{port: 80}]}, {from: [{namespaceSelector: {matchLabels: {ns: z}}}], ports: [{port: 81}]}]}`, `
y/a x/a tcp/80 yes
y/a x/a tcp/81 no
z/a x/a tcp/81 yes
z/a x/a tcp/80 no`},
	{"a named port is each destination's own, ingress", `{podSelector: {}, ingress: [{ports: [{port: web}]}]}`, `
y/a x/a tcp/8000 yes
y/a x/b tcp/8001 yes
y/a x/b tcp/8000 no
y/a x/a udp/9000 no`},
	{"a named port is of its protocol", `{podSelector: {}, ingress: [{ports: [{port: web, protocol: UDP}]}]}`, `
y/a x/a udp/9000 yes
y/a x/a tcp/8000 no`},
	{"a named port that nobody has is none", `{podSelector: {}, ingress: [{ports: [{port: nobodys}]}]}`, `
y/a x/a tcp/8000 no`},
	{"a named port is each destination's own, egress", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {ns: "y"}}}], ports: [{port: web}]}]}`, `
x/a y/a tcp/8010 yes
x/a y/b tcp/8011 yes
x/a y/b tcp/8010 no
x/a z/a tcp/8020 no`},
	{"a named port without peers is every pod's, egress", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: web}]}]}`, `
x/a z/c tcp/8022 yes
x/a z/b tcp/8022 no
x/a 198.51.100.7 tcp/8022 no`},
	{"a named port in a block", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.42.1.0/24, except: [10.42.1.11/32]}}], ports: [{port: web}]}]}`, `
x/a y/a tcp/8010 yes
x/a y/b tcp/8011 no
x/a z/a tcp/8020 no`},
	{"a block without its exceptions", `{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.0/29, 198.51.100.64/26]}}]}]}`, `
198.51.100.7 x/a tcp/80 no
198.51.100.8 x/a tcp/80 yes
198.51.100.64 x/a tcp/80 no
198.51.100.127 x/a tcp/80 no
198.51.100.128 x/a tcp/80 yes
198.51.101.1 x/a tcp/80 no
y/a x/a tcp/80 no`},
	{"an exception is of its own block only", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}, {ipBlock: {cidr: 10.42.1.10/32}}]}]}`, `
x/a 198.51.100.7 tcp/80 yes
x/a y/a tcp/80 yes
x/a y/b tcp/80 no`},
	{"a block may hold pods", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.42.1.0/24}}]}]}`, `
x/a y/a,y/c tcp/80 yes
x/a z/a tcp/80 no`},
	{"a block of IPv6 is nobody here", `{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "::/0"}}]}]}`, `
y/a x/a tcp/80 no
198.51.100.7 x/a tcp/80 no`},
	{"what is matched by no selector is nobody", `{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {pod: none}}}]}]}`, `
x/b x/a tcp/80 no`},
}

func TestDocumentedSemantics(t *testing.T) {
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			expect(t, Compile(world(policy(t, "p", each.spec))), each.expected)
		})
	}
}

func TestPoliciesAddUp(t *testing.T) {
	rules := Compile(world(
		policy(t, "deny", `{podSelector: {}, policyTypes: [Ingress, Egress]}`),
		policy(t, "let-y-in", `{podSelector: {matchLabels: {pod: a}}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}]}]}`),
		policy(t, "let-b-out", `{podSelector: {matchLabels: {pod: b}}, policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]}`),
	))
	expect(t, rules, `
y/a x/a tcp/80 yes
y/a x/b tcp/80 no
x/b y/a udp/53 yes
x/a y/a udp/53 no`)
	if len(rules.Ingress) != 2 || len(rules.Egress) != 2 {
		t.Errorf("pods with the same policies share a chain: %d, %d", len(rules.Ingress), len(rules.Egress))
	}
}

// "For a connection from a source pod to a destination pod to be allowed, both the egress policy on the source pod and
// the ingress policy on the destination pod need to allow the connection."
func TestBothEndsMustAllow(t *testing.T) {
	out := policy(t, "out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {ns: "y"}}}]}]}`)
	in := policy(t, "y/in", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: x}}}], ports: [{port: 80}]}]}`)
	expect(t, Compile(world(out, in)), `
x/a y/a tcp/80 yes
x/a y/a tcp/81 no
x/a z/a tcp/80 no
z/a y/a tcp/80 no`)
}

func TestOnlyThisNodesPodsAreEnforced(t *testing.T) {
	rules := Compile(world(policy(t, "z/deny", `{podSelector: {}, policyTypes: [Ingress, Egress]}`)))
	if len(rules.Ingress)+len(rules.Egress) > 0 {
		t.Error("z's pods are another node's")
	}
}

func TestWhoIsGoneIsNobodysPeer(t *testing.T) {
	state := world(
		policy(t, "in", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`),
		policy(t, "y/out", `{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: web}]}]}`),
	)
	for i := range state.Pods {
		if state.Pods[i].Address == address(t, "y/a") || state.Pods[i].Address == address(t, "x/b") {
			state.Pods[i].IsGone = true
		}
	}
	expect(t, Compile(state), `
y/b x/a tcp/8000 yes
y/b x/b tcp/8001 no
x/c x/b tcp/8001 yes
y/a x/a tcp/8000 no
198.51.100.7 x/b tcp/8001 no`)
}

func TestANamespaceThatIsNotKnownYetIsNoPeer(t *testing.T) {
	state := world(policy(t, "in", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}`))
	delete(state.Namespaces, "y")
	expect(t, Compile(state), `
y/a x/a tcp/80 no
z/a x/a tcp/80 yes`)
}

// Validation refuses such selectors; if one came, less must be allowed rather than more.
func TestAnUnreadableSelectorAllowsNothing(t *testing.T) {
	bad := policy(t, "bad", `{podSelector: {matchExpressions: [{key: pod, operator: Like, values: [a]}]}, ingress: [{from: [{podSelector: {matchExpressions: [{key: pod, operator: Like, values: [a]}]}}]}]}`)
	expect(t, Compile(world(bad)), `
x/b x/a tcp/80 no`)
}

func TestNoPolicyNoRules(t *testing.T) {
	rules := Compile(world())
	if len(rules.Ingress)+len(rules.Egress) > 0 {
		t.Error("rules without policies")
	}
	expect(t, rules, `198.51.100.7 x/a tcp/80 yes`)
}

func TestLabelsOfNamespacesAreFollowed(t *testing.T) {
	state := world(policy(t, "in", `{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {ns: "y"}}}]}]}`))
	state.Namespaces["y"], state.Namespaces["z"] = labels.Set{}, labels.Set{"ns": "y"}
	expect(t, Compile(state), `
y/a x/a tcp/80 no
z/a x/a tcp/80 yes`)
}

func TestOrderDoesNotMatter(t *testing.T) {
	one := policy(t, "one", `{podSelector: {}, policyTypes: [Ingress]}`)
	two := policy(t, "two", `{podSelector: {}, ingress: [{ports: [{port: 80}]}]}`)
	state := world(two, one)
	first := rendered(t, Compile(state))
	state.Policies = []*networkingv1.NetworkPolicy{one, two}
	state.Pods[0], state.Pods[5] = state.Pods[5], state.Pods[0]
	if second := rendered(t, Compile(state)); first != second {
		t.Errorf("the same state gave\n%s\nand\n%s", first, second)
	}
}
