package netpol

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// State is everything that rules depend on.
type State struct {
	Policies   []*networkingv1.NetworkPolicy
	Namespaces map[string]labels.Set
	Pods       []Pod
}

// Pod is one with an address of its own: pods on the host's network are the node, which policies do not concern.
type Pod struct {
	Namespace string
	Labels    labels.Set
	Address   netip.Addr
	Ports     []NamedPort
	IsLocal   bool // its policies are enforced by this node
	IsGone    bool // deleted from the API while its processes still end: nobody's peer any more
}

// NamedPort is a container's port as policies may name it.
type NamedPort struct {
	Name     string
	Protocol corev1.Protocol
	Number   uint16
}

// namedPorts includes those of init containers that stay, as Services do.
func namedPorts(pod *corev1.Pod) []NamedPort {
	found := []NamedPort{}
	add := func(containers []corev1.Container, isWanted func(corev1.Container) bool) {
		for _, container := range containers {
			for _, port := range container.Ports {
				if port.Name != "" && isWanted(container) {
					protocol := port.Protocol
					if protocol == "" {
						protocol = corev1.ProtocolTCP
					}
					found = append(found, NamedPort{port.Name, protocol, uint16(port.ContainerPort)})
				}
			}
		}
	}
	add(pod.Spec.Containers, func(corev1.Container) bool { return true })
	add(pod.Spec.InitContainers, func(c corev1.Container) bool {
		return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
	})
	return found
}
