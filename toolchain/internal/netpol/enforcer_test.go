package netpol

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/knftables"

	"taller.dev/toolchain/internal/podgate"
)

// kernel counts what reaches it, and fails on demand.
type kernel struct {
	*knftables.Fake
	mutex sync.Mutex
	runs  int
	err   error
}

func (k *kernel) Run(ctx context.Context, tx *knftables.Transaction) error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.err != nil {
		return k.err
	}
	k.runs++
	return k.Fake.Run(ctx, tx)
}

func (k *kernel) fail(err error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.err = err
}

func (k *kernel) count() int {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.runs
}

// node is an Enforcer at work, its API and its kernel.
type node struct {
	*testing.T
	client *fake.Clientset
	kernel *kernel
	socket string
}

func start(t *testing.T) *node {
	n := &node{t, fake.NewClientset(), &kernel{Fake: knftables.NewFake(family, table)}, filepath.Join(t.TempDir(), "s")}
	watches := make(chan struct{}, 10)
	// The fake API forgets what happens between a list and the watch after it.
	n.client.PrependWatchReactor("*", func(action clienttesting.Action) (bool, watch.Interface, error) {
		found, err := n.client.Tracker().Watch(action.GetResource(), action.GetNamespace())
		watches <- struct{}{}
		return true, found, err
	})
	listener, err := net.Listen("unix", n.socket)
	if err != nil {
		t.Fatal(err)
	}
	enforcer, err := newEnforcer(n.client, "node1", n.kernel, listener)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- enforcer.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
	})
	for range 3 {
		<-watches
	}
	n.create(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "x"}})
	return n
}

func (n *node) create(object any) {
	n.Helper()
	ctx, options := context.Background(), metav1.CreateOptions{}
	var err error
	switch object := object.(type) {
	case *corev1.Namespace:
		_, err = n.client.CoreV1().Namespaces().Create(ctx, object, options)
	case *corev1.Pod:
		_, err = n.client.CoreV1().Pods(object.Namespace).Create(ctx, object, options)
	}
	if err != nil {
		n.Fatal(err)
	}
}

func (n *node) deny() {
	n.Helper()
	deny := policy(n.T, "deny", `{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}`)
	if _, err := n.client.NetworkingV1().NetworkPolicies("x").Create(context.Background(), deny, metav1.CreateOptions{}); err != nil {
		n.Fatal(err)
	}
}

func (n *node) add(sandbox, pod, uid, address string) error {
	return podgate.Tell(n.socket, podgate.Message{
		Verb: podgate.Add, Sandbox: sandbox, Namespace: "x", Pod: pod, UID: uid, Address: netip.MustParseAddr(address),
	})
}

func (n *node) isIsolated(address string) bool {
	elements, err := n.kernel.ListElements(context.Background(), "map", "ingress")
	if err != nil {
		return false // there is no table
	}
	for _, each := range elements {
		if each.Key[0] == address {
			return true
		}
	}
	return false
}

func (n *node) until(what string, holds func() bool) {
	n.Helper()
	for deadline := time.Now().Add(5 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			n.Fatalf("not within 5 s: %s", what)
		}
	}
}

func web(name, uid, nodeName, address string, phase corev1.PodPhase) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "x", Name: name, UID: types.UID(uid), Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{NodeName: nodeName},
		Status:     corev1.PodStatus{PodIP: address, Phase: phase},
	}
}

func TestAPodIsCoveredBeforeItsContainersRun(t *testing.T) {
	n := start(t)
	n.deny()
	n.create(web("one", "u1", "node1", "", corev1.PodPending))
	n.until("the policy is known", func() bool { return n.add("s0", "one", "u1", "10.42.0.9") == nil && n.isIsolated("10.42.0.9") })
	n.create(web("two", "u2", "node1", "", corev1.PodPending))
	if err := n.add("s2", "two", "u2", "10.42.0.2"); err != nil || !n.isIsolated("10.42.0.2") {
		t.Errorf("isolated when the gate opens: %v, %v", n.isIsolated("10.42.0.2"), err)
	}
}

func TestThereIsNothingToPayWithoutPolicies(t *testing.T) {
	n := start(t)
	n.until("a first look", func() bool { return n.kernel.count() == 1 })
	begun := time.Now()
	for _, each := range []string{"a", "b", "c"} {
		if err := n.add(each, each, each, "10.42.0.2"); err != nil { // not even known to the API
			t.Error(err)
		}
	}
	if took := time.Since(begun); n.kernel.count() != 1 || took > time.Second {
		t.Errorf("%d runs of nft, %s", n.kernel.count(), took)
	}
}

func TestAReusedAddressIsTheNewPodsOnly(t *testing.T) {
	n := start(t)
	n.deny()
	n.create(web("old", "u1", "node1", "10.42.0.2", corev1.PodSucceeded)) // over, but kept, with its address
	n.create(web("live", "u3", "node1", "10.42.0.3", corev1.PodRunning))
	n.until("rules", func() bool { return n.isIsolated("10.42.0.3") })
	if n.isIsolated("10.42.0.2") {
		t.Error("the pod that has ended is isolated")
	}
	plain := web("plain", "u2", "node1", "", corev1.PodPending)
	plain.Labels = nil
	n.create(plain)
	if err := n.add("s2", "plain", "u2", "10.42.0.2"); err != nil || n.isIsolated("10.42.0.2") {
		t.Errorf("the new pod is isolated by the old one's labels: %v", err)
	}
}

func TestAPodDeletedByForceIsCoveredWhileItEnds(t *testing.T) {
	n := start(t)
	n.deny()
	n.create(web("one", "u1", "node1", "", corev1.PodPending))
	n.until("rules", func() bool { return n.add("s1", "one", "u1", "10.42.0.2") == nil && n.isIsolated("10.42.0.2") })
	if err := n.client.CoreV1().Pods("x").Delete(context.Background(), "one", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	n.create(web("one", "u2", "node1", "", corev1.PodPending)) // the next of that name
	if err := n.add("s2", "one", "u2", "10.42.0.3"); err != nil || !n.isIsolated("10.42.0.2") || !n.isIsolated("10.42.0.3") {
		t.Errorf("both are isolated: %v, %v, %v", n.isIsolated("10.42.0.2"), n.isIsolated("10.42.0.3"), err)
	}
	if err := podgate.Tell(n.socket, podgate.Message{Verb: podgate.Delete, Sandbox: "s1"}); err != nil {
		t.Fatal(err)
	}
	n.until("the runtime's word that it is gone counts", func() bool { return !n.isIsolated("10.42.0.2") })
	if !n.isIsolated("10.42.0.3") {
		t.Error("the next pod is isolated no more")
	}
}

func TestOtherNodesPodsAndTheHostsNetworkAreLeftAlone(t *testing.T) {
	n := start(t)
	n.deny()
	host := web("host", "u1", "node1", "10.9.9.1", corev1.PodRunning)
	host.Spec.HostNetwork = true
	n.create(host)
	n.create(web("far", "u2", "node2", "10.42.1.2", corev1.PodRunning))
	n.create(web("near", "u3", "node1", "10.42.0.2", corev1.PodRunning))
	n.until("rules", func() bool { return n.isIsolated("10.42.0.2") })
	if n.isIsolated("10.9.9.1") || n.isIsolated("10.42.1.2") {
		t.Error("isolated: the host's network, or another node's pod")
	}
}

func TestAStaticPodIsKnownByItsMirror(t *testing.T) {
	n := start(t)
	n.deny()
	mirror := web("static", "of-the-mirror", "node1", "", corev1.PodPending)
	mirror.Annotations = map[string]string{mirrorAnnotation: "of-kubelet"}
	n.create(mirror)
	n.until("rules", func() bool {
		return n.add("s1", "static", "of-kubelet", "10.42.0.2") == nil && n.isIsolated("10.42.0.2")
	})
}

func TestPoliciesAreFollowedAndTheTableGoesWithTheLast(t *testing.T) {
	n := start(t)
	n.create(web("one", "u1", "node1", "10.42.0.2", corev1.PodRunning))
	begun := time.Now()
	n.deny()
	n.until("rules", func() bool { return n.isIsolated("10.42.0.2") })
	if took := time.Since(begun); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if err := n.client.NetworkingV1().NetworkPolicies("x").Delete(context.Background(), "deny", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	n.until("no table", func() bool { return !strings.Contains(n.kernel.Dump(), "table") })
}

func TestWhileRulesCannotBeMadeNoPodStartsAndItIsTriedAgain(t *testing.T) {
	n := start(t)
	n.create(web("one", "u1", "node1", "10.42.0.2", corev1.PodRunning))
	n.until("a first look", func() bool { return n.kernel.count() == 1 })
	n.kernel.fail(errors.New("no more processes"))
	n.deny()
	n.create(web("two", "u2", "node1", "", corev1.PodPending))
	n.until("the gate stays shut", func() bool {
		err := n.add("s2", "two", "u2", "10.42.0.3")
		return err != nil && strings.Contains(err.Error(), "no more processes")
	})
	n.kernel.fail(nil)
	n.until("rules", func() bool { return n.isIsolated("10.42.0.2") })
}

func TestSlimKeepsWhatRulesNeed(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	pod := web("one", "u1", "node1", "10.42.0.2", corev1.PodRunning)
	pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "somebody"}}
	pod.Annotations = map[string]string{"much": "text"}
	port := func(name string) []corev1.ContainerPort {
		return []corev1.ContainerPort{{Name: name, ContainerPort: 80}}
	}
	pod.Spec.Containers = []corev1.Container{{Image: "web", Ports: port("web")}, {Image: "none"}}
	pod.Spec.InitContainers = []corev1.Container{{Ports: port("first")}, {Ports: port("beside"), RestartPolicy: &always}}
	found, err := slim(pod)
	if err != nil {
		t.Fatal(err)
	}
	kept := found.(*corev1.Pod)
	if kept.ManagedFields != nil || kept.Annotations != nil || kept.Spec.Containers[0].Image != "" {
		t.Errorf("kept too much: %v", kept)
	}
	names := []string{}
	for _, each := range namedPorts(kept) {
		if each.Protocol != corev1.ProtocolTCP || each.Number != 80 {
			t.Errorf("not TCP/80: %v", each)
		}
		names = append(names, each.Name)
	}
	if strings.Join(names, " ") != "web beside" || kept.Labels["app"] != "web" || kept.Status.PodIP != "10.42.0.2" {
		t.Errorf("kept too little: %v %v", names, kept)
	}
}
