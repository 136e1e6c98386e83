package netpol

import (
	"maps"
	"net/netip"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"taller.dev/toolchain/internal/podgate"
)

// sandbox is an address of this node in use by a pod, as the runtime said. kubelet tells the API only after the
// containers run, and a pod deleted by force is gone from the API while its processes still end.
type sandbox struct {
	id                   string
	namespace, name, uid string
	address              netip.Addr
	last                 *corev1.Pod // as last seen; nil before that
}

// sandboxes are those between the runtime's add and delete.
type sandboxes struct {
	mutex sync.Mutex
	byID  map[string]sandbox
}

func (s *sandboxes) add(message podgate.Message) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	maps.DeleteFunc(s.byID, func(_ string, other sandbox) bool { return other.address == message.Address })
	s.byID[message.Sandbox] = sandbox{
		id: message.Sandbox, namespace: message.Namespace, name: message.Pod, uid: message.UID, address: message.Address,
	}
}

func (s *sandboxes) remove(id string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.byID, id)
}

// all returns them after each has been shown its pod, if the API still has it.
func (s *sandboxes) all(find func(namespace, name, uid string) *corev1.Pod) []sandbox {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for id, each := range s.byID {
		if pod := find(each.namespace, each.name, each.uid); pod != nil {
			each.last = pod
			s.byID[id] = each
		}
	}
	return slices.Collect(maps.Values(s.byID))
}
