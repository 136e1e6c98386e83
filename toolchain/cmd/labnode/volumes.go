package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v11/controller"
)

const (
	// volumeProvisioner is the provisioner of the storage classes in addons/storage.yaml.
	volumeProvisioner = "lab.local/local-path"
	// volumeDir holds a directory per volume, on the node's own disk, where kind has them.
	volumeDir          = "/var/local-path-provisioner"
	selectedNode       = "volume.kubernetes.io/selected-node"
	volumesUser        = "local-volumes"
	volumesRetry       = 2 * time.Second
	volumesRetryAtMost = 30 * time.Second
)

// volumes makes and deletes the local volumes of one node: each node runs its own, since only it reaches its disk.
type volumes struct{ node string }

// startVolumes watches claims and volumes as the user of kubeconfigPath(volumesUser), whose rights are in addons/storage.yaml.
func startVolumes(ctx context.Context, node string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfigPath(volumesUser))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	provisioner := controller.NewProvisionController(ctx, client, volumeProvisioner, &volumes{node},
		controller.LeaderElection(false), controller.Threadiness(1), controller.MetricsPort(0),
		controller.RateLimiter(workqueue.NewItemExponentialFailureRateLimiter(volumesRetry, volumesRetryAtMost)),
	)
	go provisioner.Run(ctx)
	return nil
}

// ShouldProvision: the scheduler chose this node for the claim's first pod.
func (v *volumes) ShouldProvision(_ context.Context, claim *corev1.PersistentVolumeClaim) bool {
	return claim.Annotations[selectedNode] == v.node
}

// ShouldDelete: the volume is on this node's disk.
func (v *volumes) ShouldDelete(_ context.Context, volume *corev1.PersistentVolume) bool {
	affinity := volume.Spec.NodeAffinity
	if affinity == nil || affinity.Required == nil {
		return false
	}
	for _, term := range affinity.Required.NodeSelectorTerms {
		for _, rule := range term.MatchExpressions {
			if rule.Key == corev1.LabelHostname && len(rule.Values) == 1 && rule.Values[0] == v.node {
				return true
			}
		}
	}
	return false
}

// Provision makes the directory. Its size is recorded, not enforced: the node's disk is the limit.
func (v *volumes) Provision(_ context.Context, options controller.ProvisionOptions) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	claim := options.PVC.Spec
	for _, mode := range claim.AccessModes {
		if mode != corev1.ReadWriteOnce && mode != corev1.ReadWriteOncePod {
			return nil, controller.ProvisioningFinished,
				fmt.Errorf("%s: only ReadWriteOnce and ReadWriteOncePod are supported, since a volume is on one node's disk", mode)
		}
	}
	if claim.Selector != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("claim.spec.selector is not supported")
	}
	place := v.place(options.PVName)
	if err := os.MkdirAll(place, 0o755); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	// For every user, as local-path-provisioner does: most images run as somebody, and few pods set fsGroup.
	if err := os.Chmod(place, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return v.volume(options, place), controller.ProvisioningFinished, nil
}

func (v *volumes) volume(options controller.ProvisionOptions, place string) *corev1.PersistentVolume {
	claim, filesystem := options.PVC.Spec, corev1.PersistentVolumeFilesystem
	here := corev1.NodeSelectorRequirement{
		Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{v.node},
	}
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   claim.AccessModes,
			VolumeMode:                    &filesystem,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: claim.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: place}},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{
				{MatchExpressions: []corev1.NodeSelectorRequirement{here}},
			}}},
		},
	}
}

// Delete goes by the volume's name and never by the path in it, which whoever may write PersistentVolumes could choose.
func (v *volumes) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	return os.RemoveAll(v.place(volume.Name))
}

func (v *volumes) place(name string) string { return filepath.Join(volumeDir, filepath.Base(name)) }
