package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	apioptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	schedoptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

// fail ends the node: no component may end while the others go on.
func fail(component string, err error) {
	emit("failed", map[string]any{"component": component, "error": fmt.Sprint(err)})
	os.Exit(1)
}

// reservedMiB of the node's memory are not for pods.
func reservedMiB(c *Config) int {
	const enough = 450
	if c.MemoryMiB == 0 {
		return enough
	}
	return min(enough, c.MemoryMiB/2)
}

func pki(file string) string { return filepath.Join(pkiDir, file) }

func apiserverFlags(c *Config) []string {
	return []string{
		"--etcd-servers=unix://" + etcdSocket,
		"--advertise-address=" + c.NodeIP.String(), "--bind-address=0.0.0.0", "--secure-port=6443",
		"--tls-cert-file=" + pki("apiserver.crt"), "--tls-private-key-file=" + pki("apiserver.key"),
		"--client-ca-file=" + pki("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + pki("sa.pub"), "--service-account-signing-key-file=" + pki("sa.key"),
		"--service-cluster-ip-range=" + c.ServiceCIDR,
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--kubelet-preferred-address-types=InternalIP", // there is no DNS for the node's name
		"--kubelet-client-certificate=" + pki("apiserver-kubelet-client.crt"),
		"--kubelet-client-key=" + pki("apiserver-kubelet-client.key"),
		"--kubelet-certificate-authority=" + pki("ca.crt"),
		"--requestheader-client-ca-file=" + pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client", "--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group", "--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + pki("front-proxy-client.crt"),
		"--proxy-client-key-file=" + pki("front-proxy-client.key"),
		"--enable-aggregator-routing=true", "--allow-privileged=true", "--profiling=false",
		"--anonymous-auth=false",
	}
}

// startAPIServer goes through the options: the command calls SetupSignalContext, which panics when two components of
// one process do so.
func startAPIServer(ctx context.Context, c *Config) error {
	options, flags := apioptions.NewServerRunOptions(), pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	sets := options.Flags()
	for _, set := range sets.FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(apiserverFlags(c)); err != nil {
		return err
	}
	completed, err := options.Complete(ctx)
	if err != nil {
		return err
	}
	go func() { fail("kube-apiserver", runAPIServer(ctx, c, completed)) }()
	return nil
}

func startScheduler(ctx context.Context) error {
	options, flags := schedoptions.NewOptions(), pflag.NewFlagSet("kube-scheduler", pflag.ContinueOnError)
	for _, set := range options.Flags.FlagSets {
		flags.AddFlagSet(set)
	}
	err := flags.Parse([]string{
		"--kubeconfig=" + kubeconfigPath("scheduler"), "--leader-elect=false", "--secure-port=0",
		"--kube-api-qps=500", "--kube-api-burst=1000",
	})
	if err != nil {
		return err
	}
	config, sched, err := scheduler.Setup(ctx, options)
	if err != nil {
		return err
	}
	go func() { fail("kube-scheduler", scheduler.Run(ctx, config, sched)) }()
	return nil
}

func startControllerManager(ctx context.Context, c *Config) {
	startCommand(ctx, kcm.NewControllerManagerCommand(), append(nodeMonitorFlags(c), []string{
		"--kubeconfig=" + kubeconfigPath("controller-manager"), "--leader-elect=false", "--secure-port=0",
		"--service-account-private-key-file=" + pki("sa.key"), "--root-ca-file=" + pki("ca.crt"),
		"--cluster-signing-cert-file=" + pki("ca.crt"), "--cluster-signing-key-file=" + pki("ca.key"),
		"--use-service-account-credentials=true", "--allocate-node-cidrs=false",
		// The attach-detach controller and kubelet both set a package global of pkg/volume/csi; in one process the
		// wrong one may win and the node never becomes Ready. A lab has no attachable volumes.
		"--controllers=*,-persistentvolume-attach-detach-controller",
		// A Deployment whose pods the kubelet refuses makes new ones without end, and the kubelet compares all that
		// ever failed with each one: two thousand took a processor. Upstream's 12,500 suits clusters of many nodes.
		"--terminated-pod-gc-threshold=100",
		// With the default of 20 requests a second, start-up alone (a token for each of 40 controllers) takes seconds.
		"--kube-api-qps=500", "--kube-api-burst=1000",
	}...))
}

// kubeletConfig: KubeletInUserNamespace ignores the sysctls and rlimits that a mapped root may not set; failCgroupV1
// is for hosts with cgroup v1; the node's own evictions are the lab's limits, not the host's disk or memory. What is
// reserved is what labnode, the runtime and a shell take themselves, so that pods cannot starve them.
func kubeletConfig(c *Config) string {
	return fmt.Sprintf(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: %[1]s}}
authorization: {mode: Webhook}
tlsCertFile: %[2]s
tlsPrivateKeyFile: %[3]s
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
featureGates: {KubeletInUserNamespace: true}
containerRuntimeEndpoint: unix://%[4]s
clusterDNS: [%[5]s]
clusterDomain: cluster.local
resolvConf: ""
healthzPort: 0
evictionHard: {memory.available: "100Mi", nodefs.available: "1%%", imagefs.available: "1%%"}
systemReserved: {memory: "%[6]dMi"}
imageGCHighThresholdPercent: 100
serializeImagePulls: false
syncFrequency: 10s
volumePluginDir: /var/lib/kubelet/volumeplugins
kubeAPIQPS: 500
kubeAPIBurst: 1000
registryPullQPS: 0
eventRecordQPS: 0
shutdownGracePeriod: 0s
`, pki("ca.crt"), pki("kubelet.crt"), pki("kubelet.key"), criSocket, c.DNSIP, reservedMiB(c))
}

// startProxy: a lab has few Services, so the default of at most one sync a second (which 0 also means) only delays them.
func startProxy(ctx context.Context, c *Config) error {
	path := "/var/lib/kube-proxy.yaml"
	config := fmt.Sprintf(`apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: %s}
mode: nftables
clusterCIDR: %s
hostnameOverride: %s
conntrack: {maxPerCore: 0}
healthzBindAddress: "127.0.0.1:10256"
metricsBindAddress: "127.0.0.1:10249"
nftables: {minSyncPeriod: 50ms}
`, kubeconfigPath("kube-proxy"), c.ClusterCIDR, c.NodeName)
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return err
	}
	startCommand(ctx, proxy.NewProxyCommand(), []string{"--config=" + path})
	return nil
}

func startCommand(ctx context.Context, cmd *cobra.Command, args []string) {
	cmd.SetArgs(args)
	cmd.SilenceUsage = true
	go func() { fail(cmd.Name(), cmd.ExecuteContext(ctx)) }()
}
