package main

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"text/template"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-base/version"
)

// A hosted node is laid out as kubeadm lays out a host: systemd is its first process, containerd and kubelet are
// services, the control plane is static pods, and kube-proxy and DNS are ordinary ones. Whoever has a shell on the node
// finds every file where kubeadm has it.

//go:embed all:host
var hostFiles embed.FS

const (
	systemd = "/usr/lib/systemd/system"
	initd   = "/usr/lib/systemd/systemd"
	unitDir = "/etc/systemd/system"
)

// masked are units that a container's systemd cannot or need not run, and those that would end the lab by one word.
var masked = []string{
	"systemd-logind.service", "systemd-sysctl.service", "systemd-sysusers.service", "systemd-remount-fs.service",
	"systemd-tmpfiles-clean.timer", "systemd-update-utmp.service", "systemd-update-utmp-runlevel.service",
	"systemd-user-sessions.service", "systemd-ask-password-wall.path", "systemd-ask-password-console.path",
	"systemd-binfmt.service", "systemd-hwdb-update.service", "systemd-machine-id-commit.service", "getty.target",
	"console-getty.service", "dev-hugepages.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
	"sys-fs-fuse-connections.mount", "cryptsetup.target", "integritysetup.target", "veritysetup.target", "swap.target",
	"remote-fs.target", "timers.target", "modprobe@.service", "kmod-static-nodes.service",
	"poweroff.target", "reboot.target", "halt.target", "kexec.target",
}

type hostValues struct {
	*Config
	Version string
}

func valuesOf(c *Config) hostValues {
	return hostValues{c, version.Get().GitVersion[1:]}
}

// becomeHost prepares the node's files and becomes systemd. What follows is done by a child that systemd inherits.
func becomeHost(configPath string) error {
	config, err := readConfig(configPath)
	if err != nil {
		return err
	}
	if err := configureNetwork(config); err != nil {
		return err
	}
	if err := masquerade(config); err != nil {
		return err
	}
	if err := writeHostPKI(config); err != nil {
		return err
	}
	if err := writeHostFiles(config); err != nil {
		return err
	}
	follower := exec.Command("/proc/self/exe", "follow", configPath)
	follower.Stdout, follower.Stderr = os.Stdout, os.Stderr
	follower.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := follower.Start(); err != nil {
		return err
	}
	return syscall.Exec(initd, []string{"/sbin/init"}, []string{"container=oci", "LANG=C.UTF-8"})
}

// followHost brings up what runs in the cluster once the control plane answers, and says when the node is Ready.
func followHost(configPath string) error {
	config, err := readConfig(configPath)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	rest, client, err := adminClient()
	if err != nil {
		return err
	}
	if err := waitForAPI(ctx, client, "/readyz", apiLimit); err != nil {
		return err
	}
	emit("serving", nil)
	if err := applyAddons(ctx, rest, valuesOf(config), append(hostedAddons, config.Addons...)); err != nil {
		return err
	}
	emit("addons", nil)
	if err := waitForNode(ctx, client, config.NodeName, nodeLimit); err != nil {
		return err
	}
	// kubelet may not give itself this label; kubeadm does it with the administrator's rights too.
	role := `{"metadata": {"labels": {"node-role.kubernetes.io/control-plane": ""}}}`
	_, err = client.CoreV1().Nodes().Patch(
		ctx, config.NodeName, types.StrategicMergePatchType, []byte(role), metav1.PatchOptions{},
	)
	if err != nil {
		return err
	}
	emit("ready", nil)
	return nil
}

// serveAddons is the service for what the node itself does beside upstream's components: the rules for NetworkPolicies,
// without which no pod starts, and local volumes.
func serveAddons(configPath string) error {
	config, err := readConfig(configPath)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	rest, _, err := clientOf("network-policy")
	if err != nil {
		return err
	}
	if err := startNetworkPolicy(ctx, rest, config); err != nil {
		return err
	}
	if err := startVolumes(ctx, config.NodeName); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func writeHostFiles(c *Config) error {
	for _, dir := range []string{"/var/lib/etcd", "/var/log/journal", "/var/log/pods", "/var/log/containers", "/root/.kube"} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := writeRuntimeConfig(c); err != nil {
		return err
	}
	err := fs.WalkDir(hostFiles, "host", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return writeHostFile(c, path)
	})
	if err != nil {
		return err
	}
	links := map[string]string{
		filepath.Join(unitDir, "default.target"):                              systemd + "/multi-user.target",
		filepath.Join(unitDir, "multi-user.target.wants/kubelet.service"):     unitDir + "/kubelet.service",
		filepath.Join(unitDir, "multi-user.target.wants/node-addons.service"): unitDir + "/node-addons.service",
		filepath.Join(unitDir, "multi-user.target.wants/containerd.service"):  unitDir + "/containerd.service",
		"/root/.kube/config": "/etc/kubernetes/admin.conf",
	}
	for _, unit := range masked {
		links[filepath.Join(unitDir, unit)] = "/dev/null"
	}
	for path, target := range links {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		os.Remove(path)
		if err := os.Symlink(target, path); err != nil {
			return err
		}
	}
	return nil
}

func writeHostFile(c *Config, path string) error {
	text, err := hostFiles.ReadFile(path)
	if err != nil {
		return err
	}
	parsed, err := template.New(path).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := parsed.Execute(&content, valuesOf(c)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	target := "/" + path[len("host/"):]
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	return os.WriteFile(target, content.Bytes(), 0o644)
}
