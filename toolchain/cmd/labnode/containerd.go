package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const containerdConfig = `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.erofs",
  "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp", "io.containerd.nri.v1.nri",
  "io.containerd.internal.v1.opt"]
[grpc]
  address = "` + criSocket + `"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true # no CAP_SYS_RESOURCE: runc dies with "can't get final child's PID from pipe: EOF"
  enable_unprivileged_ports = false
  enable_unprivileged_icmp = false
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["/opt/cni/bin"]
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "lab.local/pause:1"
[plugins."io.containerd.metadata.v1.bolt"]
  no_sync = true # as etcd: a lab that loses its host is thrown away
`

// cniConfig routes pods by the node instead of bridging them, so that what passes between two of them is forwarded,
// where rules can see it: see docs/decisions/network-policy-by-routing.md.
const cniConfig = `{"cniVersion": "1.0.0", "name": "lab", "plugins": [
  {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam", "ranges": [[{"subnet": "%s"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "backend": "nftables", "capabilities": {"portMappings": true}},
  {"type": "podgate"}]}
`

func writeRuntimeConfig(c *Config) error {
	files := map[string]string{
		"/etc/containerd/config.toml":    containerdConfig,
		"/etc/cni/net.d/10-lab.conflist": fmt.Sprintf(cniConfig, c.PodCIDR),
	}
	for path, content := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// startContainerd returns when the runtime's socket accepts connections. The process dies with this one.
func startContainerd(c *Config) error {
	if err := writeRuntimeConfig(c); err != nil {
		return err
	}
	log, err := os.Create("/var/log/containerd.log")
	if err != nil {
		return err
	}
	cmd := exec.Command("containerd", "--config", "/etc/containerd/config.toml", "--log-level", "warn")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("containerd: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case err := <-ended:
			return fmt.Errorf("containerd ended: %w", err)
		default:
		}
		if conn, err := net.Dial("unix", criSocket); err == nil {
			conn.Close()
			go func() { fail("containerd", <-ended) }()
			return nil
		}
	}
	return fmt.Errorf("containerd was not up within 30 s; see /var/log/containerd.log")
}
