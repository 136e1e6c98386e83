package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/metrics-server/pkg/api"
	"sigs.k8s.io/metrics-server/pkg/scraper"
	kubelets "sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/scraper/client/resource"
	"sigs.k8s.io/metrics-server/pkg/storage"
)

const (
	// metricsResolution: kubelet measures every 10 s, so asking more often shows nothing new.
	metricsResolution = 10 * time.Second
	kubeletPort       = 10250
)

// installMetrics lets an API server serve metrics.k8s.io itself, by metrics-server's own code. It costs no server,
// port, certificate or cache of its own: nodes and pods are those that the API server's authorizer watches anyway.
func installMetrics(ctx context.Context, server *genericapiserver.GenericAPIServer, shared informers.SharedInformerFactory) error {
	client, err := resource.NewForConfig(&kubelets.KubeletClientConfig{
		Client: rest.Config{Timeout: metricsResolution / 2, TLSClientConfig: rest.TLSClientConfig{
			CertFile: pki("apiserver-kubelet-client.crt"), KeyFile: pki("apiserver-kubelet-client.key"), CAFile: pki("ca.crt"),
		}},
		AddressTypePriority: []corev1.NodeAddressType{corev1.NodeInternalIP},
		Scheme:              "https", DefaultPort: kubeletPort, UseNodeStatusPort: true,
	})
	if err != nil {
		return err
	}
	nodes, pods := shared.Core().V1().Nodes(), shared.Core().V1().Pods()
	nodes.Informer()
	pods.Informer()
	store := storage.NewStorage(metricsResolution)
	if err := api.Install(store, podMetadata{pods.Lister()}, nodes.Lister(), server, nil); err != nil {
		return err
	}
	scrape := scraper.NewScraper(nodes.Lister(), client, metricsResolution/2, nil)
	go func() {
		for tick := time.Tick(metricsResolution); ctx.Err() == nil; <-tick {
			limited, cancel := context.WithTimeout(ctx, metricsResolution)
			store.Store(scrape.Scrape(limited))
			cancel()
		}
	}()
	return nil
}

// podMetadata shows full pods as the metadata of running ones, which is what metrics-server watches.
type podMetadata struct{ pods corelisters.PodLister }

func (p podMetadata) List(selector labels.Selector) ([]runtime.Object, error) {
	return metadataOf(p.pods.List(selector))
}

func (p podMetadata) Get(name string) (runtime.Object, error) {
	return nil, fmt.Errorf("pod %s: pods are listed by namespace", name)
}

func (p podMetadata) ByNamespace(namespace string) cache.GenericNamespaceLister {
	return podsOf{p.pods.Pods(namespace)}
}

type podsOf struct {
	pods corelisters.PodNamespaceLister
}

func (p podsOf) List(selector labels.Selector) ([]runtime.Object, error) {
	return metadataOf(p.pods.List(selector))
}

func (p podsOf) Get(name string) (runtime.Object, error) {
	pod, err := p.pods.Get(name)
	if err != nil {
		return nil, err
	}
	return partial(pod), nil
}

func metadataOf(pods []*corev1.Pod, err error) ([]runtime.Object, error) {
	found := make([]runtime.Object, 0, len(pods))
	for _, pod := range pods {
		if pod.Status.Phase == corev1.PodRunning {
			found = append(found, partial(pod))
		}
	}
	return found, err
}

func partial(pod *corev1.Pod) *metav1.PartialObjectMetadata {
	return &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: pod.ObjectMeta,
	}
}
