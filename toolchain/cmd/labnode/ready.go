package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func adminClient() (*rest.Config, *kubernetes.Clientset, error) { return clientOf("admin") }

func clientOf(user string) (*rest.Config, *kubernetes.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfigPath(user))
	if err != nil {
		return nil, nil, err
	}
	config.QPS, config.Burst = 200, 400
	client, err := kubernetes.NewForConfig(config)
	return config, client, err
}

// waitForAPI returns when the API server answers path with 200.
func waitForAPI(ctx context.Context, client *kubernetes.Clientset, path string, limit time.Duration) error {
	return poll(ctx, client, path, limit, func(err error) bool { return err == nil })
}

// waitForAnyAnswer returns when the API server answers path, if only to refuse.
func waitForAnyAnswer(ctx context.Context, client *kubernetes.Clientset, path string, limit time.Duration) error {
	return poll(ctx, client, path, limit, func(err error) bool { return err == nil || errors.IsForbidden(err) })
}

func poll(
	ctx context.Context, client *kubernetes.Clientset, path string, limit time.Duration, enough func(error) bool,
) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var last error
	for ctx.Err() == nil {
		if _, last = client.RESTClient().Get().AbsPath(path).DoRaw(ctx); enough(last) {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("the API server did not answer %s within %s: %w", path, limit, last)
}

func waitForNode(ctx context.Context, client *kubernetes.Clientset, name string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for ctx.Err() == nil {
		if node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{}); err == nil && isReady(node) {
			return nil
		}
		time.Sleep(30 * time.Millisecond)
	}
	return fmt.Errorf("node %s was not Ready within %s", name, limit)
}

func isReady(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
