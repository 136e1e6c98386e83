package main

import (
	"context"
	"os"

	cadvisorapi "github.com/google/cadvisor/info/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	kubeletoptions "k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/kubelet/cadvisor"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/kubeletconfig/configfiles"
	utilfs "k8s.io/kubernetes/pkg/util/filesystem"
)

const kubeletConfigPath = "/var/lib/kubelet/config.yaml"

// startKubelet goes round the command, which does the same but for the machine: it would report the whole host as the
// node's capacity.
func startKubelet(ctx context.Context, c *Config) error {
	if err := os.WriteFile(kubeletConfigPath, []byte(kubeletConfig(c)+nodeLeaseConfig(c)), 0o600); err != nil {
		return err
	}
	loader, err := configfiles.NewFsLoader(&utilfs.DefaultFs{}, kubeletConfigPath)
	if err != nil {
		return err
	}
	config, err := loader.Load(ctx)
	if err != nil {
		return err
	}
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(config.FeatureGates); err != nil {
		return err
	}
	flags := kubeletoptions.NewKubeletFlags()
	flags.KubeConfig, flags.RootDirectory = kubeconfigPath("kubelet"), "/var/lib/kubelet"
	flags.HostnameOverride, flags.NodeIP = c.NodeName, c.NodeIP.String()
	server := &kubeletoptions.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *config}
	if err := kubeletoptions.ValidateKubeletServer(server); err != nil {
		return err
	}
	needs, err := kubelet.UnsecuredDependencies(ctx, server, utilfeature.DefaultFeatureGate)
	if err != nil {
		return err
	}
	watched, err := cadvisor.New(cadvisor.NewImageFsInfoProvider(config.ContainerRuntimeEndpoint), server.RootDirectory,
		[]string{cm.NodeAllocatableRoot("/", config.CgroupsPerQOS, config.CgroupDriver)},
		cadvisor.UsingLegacyCadvisorStats(config.ContainerRuntimeEndpoint), config.LocalStorageCapacityIsolation)
	if err != nil {
		return err
	}
	needs.CAdvisorInterface = &limitedMachine{watched, c}
	go func() { fail("kubelet", kubelet.Run(ctx, server, needs, utilfeature.DefaultFeatureGate)) }()
	return nil
}

// limitedMachine has the processors and memory that the lab may use. What is used is the lab's own already, since its
// cgroup is the root of what it sees.
type limitedMachine struct {
	cadvisor.Interface
	limits *Config
}

func (m *limitedMachine) MachineInfo() (*cadvisorapi.MachineInfo, error) {
	info, err := m.Interface.MachineInfo()
	if err != nil {
		return nil, err
	}
	limited := info.Clone()
	if memory := uint64(m.limits.MemoryMiB) << 20; memory > 0 {
		limited.MemoryCapacity = min(limited.MemoryCapacity, memory)
	}
	if m.limits.CPUCores > 0 {
		limited.NumCores = min(limited.NumCores, max(1, int(m.limits.CPUCores)))
	}
	return limited, nil
}
