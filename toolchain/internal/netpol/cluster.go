package netpol

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
)

// mirrorAnnotation of a static pod's copy in the API holds the uid by which the runtime knows it.
const mirrorAnnotation = "kubernetes.io/config.mirror"

// cluster is what the API says, kept current and small.
type cluster struct {
	factory    informers.SharedInformerFactory
	policies   networkinglisters.NetworkPolicyLister
	namespaces corelisters.NamespaceLister
	pods       corelisters.PodLister
}

func newCluster(client kubernetes.Interface, changed func()) (*cluster, error) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(slim))
	policies, core := factory.Networking().V1().NetworkPolicies(), factory.Core().V1()
	found := &cluster{factory, policies.Lister(), core.Namespaces().Lister(), core.Pods().Lister()}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { changed() },
		UpdateFunc: func(any, any) { changed() },
		DeleteFunc: func(any) { changed() },
	}
	for _, informer := range []cache.SharedIndexInformer{
		policies.Informer(), core.Namespaces().Informer(), core.Pods().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// slim drops what rules do not depend on.
func slim(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	switch whole := object.(type) {
	case *corev1.Pod:
		return slimPod(whole), nil
	case *corev1.Namespace:
		return &corev1.Namespace{ObjectMeta: slimMeta(whole.ObjectMeta)}, nil
	}
	return object, nil
}

func slimPod(whole *corev1.Pod) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: slimMeta(whole.ObjectMeta)}
	if mirrored, isMirror := whole.Annotations[mirrorAnnotation]; isMirror {
		pod.Annotations = map[string]string{mirrorAnnotation: mirrored}
	}
	pod.Spec.NodeName, pod.Spec.HostNetwork = whole.Spec.NodeName, whole.Spec.HostNetwork
	pod.Spec.Containers, pod.Spec.InitContainers = slimContainers(whole.Spec.Containers), slimContainers(whole.Spec.InitContainers)
	pod.Status.Phase, pod.Status.PodIP = whole.Status.Phase, whole.Status.PodIP
	return pod
}

func slimMeta(whole metav1.ObjectMeta) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: whole.Name, Namespace: whole.Namespace, UID: whole.UID, Labels: whole.Labels,
		ResourceVersion: whole.ResourceVersion,
	}
}

func slimContainers(whole []corev1.Container) []corev1.Container {
	var found []corev1.Container
	for _, each := range whole {
		if len(each.Ports) > 0 {
			found = append(found, corev1.Container{Ports: each.Ports, RestartPolicy: each.RestartPolicy})
		}
	}
	return found
}

// pod returns the one that the runtime knows by that uid, not another of the same name.
func (c *cluster) pod(namespace, name, uid string) *corev1.Pod {
	pod, err := c.pods.Pods(namespace).Get(name)
	if err != nil || string(pod.UID) != uid && pod.Annotations[mirrorAnnotation] != uid {
		return nil
	}
	return pod
}

func (c *cluster) hasNoPolicies() bool {
	policies, err := c.policies.List(labels.Everything())
	return err == nil && len(policies) == 0
}

// state joins what the API says with what the runtime said of this node's pods, which is newer.
func (c *cluster) state(nodeName string, local []sandbox) (State, error) {
	policies, err := c.policies.List(labels.Everything())
	if err != nil || len(policies) == 0 {
		return State{}, err
	}
	state := State{Policies: policies, Namespaces: map[string]labels.Set{}}
	namespaces, err := c.namespaces.List(labels.Everything())
	if err != nil {
		return State{}, err
	}
	for _, each := range namespaces {
		state.Namespaces[each.Name] = each.Labels
	}
	pods, err := c.pods.List(labels.Everything())
	if err != nil {
		return State{}, err
	}
	isTaken, isKnown := map[netip.Addr]bool{}, map[*corev1.Pod]bool{}
	for _, each := range local {
		if each.last != nil {
			isTaken[each.address], isKnown[each.last] = true, true
			isGone := c.pod(each.namespace, each.name, each.uid) == nil || hasEnded(each.last)
			state.Pods = append(state.Pods, Pod{
				Namespace: each.namespace, Labels: each.last.Labels, Address: each.address, Ports: namedPorts(each.last),
				IsLocal: true, IsGone: isGone,
			})
		}
	}
	for _, pod := range pods {
		address, err := netip.ParseAddr(pod.Status.PodIP)
		if err != nil || !address.Is4() || pod.Spec.HostNetwork || hasEnded(pod) || isTaken[address] || isKnown[pod] {
			continue
		}
		isTaken[address] = true
		state.Pods = append(state.Pods, Pod{
			Namespace: pod.Namespace, Labels: pod.Labels, Address: address, Ports: namedPorts(pod),
			IsLocal: pod.Spec.NodeName == nodeName,
		})
	}
	return state, nil
}

// hasEnded: the address of such a pod may be another's by now.
func hasEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
