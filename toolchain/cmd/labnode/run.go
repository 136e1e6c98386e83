package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	logsapi "k8s.io/component-base/logs/api/v1"
)

const (
	apiLimit  = 60 * time.Second
	nodeLimit = 60 * time.Second
)

// run brings the node up in order and stays until it is told to end or a component fails.
func run(configPath string) error {
	config, err := readConfig(configPath)
	if err != nil {
		return err
	}
	if err := logToFile(); err != nil {
		return err
	}
	relaxMemory()
	// Several components in one process apply the logging configuration; upstream allows it only with this set.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := prepare(config); err != nil {
		return err
	}
	runtime := make(chan error, 1)
	go func() { runtime <- startRuntime(config) }()
	start := startControlPlane
	if config.Role == roleWorker {
		start = startWorker
	}
	if err := start(ctx, config, runtime); err != nil {
		return err
	}
	tendMemory(ctx, config.MemoryMiB)
	return nil
}

func prepare(config *Config) error {
	for _, dir := range []string{"/var/lib/kubelet", "/var/log/pods", "/var/log/containers", "/run/containerd"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if err := emptyCgroupRoot(); err != nil {
		return err
	}
	if err := configureNetwork(config); err != nil {
		return err
	}
	if err := masquerade(config); err != nil {
		return err
	}
	if config.Role == roleWorker {
		return writeIssued(config)
	}
	ca, err := writePKI(config)
	if err != nil {
		return err
	}
	if err := issueForPeers(config, ca); err != nil {
		return err
	}
	go func() {
		if err := connectPeers(config); err != nil {
			fail("network", err)
		}
	}()
	return writeKubeconfigs(config)
}

func startRuntime(config *Config) error {
	if err := startContainerd(config); err != nil {
		return err
	}
	emit("runtime", nil)
	return nil
}

func startControlPlane(ctx context.Context, config *Config, runtime <-chan error) error {
	if err := startEtcd(); err != nil {
		return err
	}
	emit("etcd", nil)
	if err := startAPIServer(ctx, config); err != nil {
		return err
	}
	rest, client, err := adminClient()
	if err != nil {
		return err
	}
	// kubelet needs no more than an API server that answers: its rights come from the Node authorizer. The others wait
	// until readyz says that the RBAC roles are there, while kubelet already registers the node.
	if err := waitForAPI(ctx, client, "/livez/ping", apiLimit); err != nil {
		return err
	}
	emit("serving", nil)
	if err := <-runtime; err != nil {
		return err
	}
	if err := startNetworkPolicy(ctx, rest, config); err != nil {
		return err
	}
	if err := startKubelet(ctx, config); err != nil {
		return err
	}
	if err := waitForAPI(ctx, client, "/readyz", apiLimit); err != nil {
		return err
	}
	admin, err := os.ReadFile(kubeconfigPath("admin"))
	if err != nil {
		return err
	}
	emit("api", map[string]any{"kubeconfig": string(admin)})
	startControllerManager(ctx, config)
	if err := startScheduler(ctx); err != nil {
		return err
	}
	if err := startProxy(ctx, config); err != nil {
		return err
	}
	if err := startVolumes(ctx, config.NodeName); err != nil {
		return err
	}
	if err := applyAddons(ctx, rest, config, append(everyAddon, config.Addons...)); err != nil {
		return err
	}
	emit("addons", nil)
	if err := waitForNodes(ctx, client, config); err != nil {
		return err
	}
	emit("ready", nil)
	return nil
}

// logToFile sends standard error, which upstream components log to, to a file on the cell's own limited disk.
func logToFile() error {
	if err := os.MkdirAll(filepath.Dir(logFile), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	return syscall.Dup2(int(file.Fd()), int(os.Stderr.Fd()))
}
