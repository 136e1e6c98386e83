package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/etcdutl/v3/etcdutl"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	kcm "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// programs are what labnode is when it is called by one of their names, which are links to it: the parts of a node
// that is laid out as kubeadm does (hosted.go), each in a process of its own, and etcd's and kubeadm's tools.
var programs = map[string]func(){
	"etcd": func() {
		wal.SegmentSizeBytes = walSegmentBytes
		etcdmain.Main(os.Args)
	},
	"etcdctl":                 ctlv3.MustStart,
	"etcdutl":                 func() { execute(etcdutlCommand()) },
	"kube-apiserver":          func() { execute(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() { execute(kcm.NewControllerManagerCommand()) },
	"kube-scheduler":          func() { execute(scheduler.NewSchedulerCommand()) },
	"kube-proxy":              func() { execute(proxy.NewProxyCommand()) },
	"kubelet":                 func() { execute(kubelet.NewKubeletCommand(context.Background())) },
	"kubeadm": func() {
		if kubeadm.Run() != nil {
			os.Exit(1)
		}
	},
}

func programNamed(path string) func() { return programs[filepath.Base(path)] }

func execute(command *cobra.Command) { os.Exit(cli.Run(command)) }

// etcdutlCommand puts together what etcdutl's own main does, which is not a package that could be imported.
func etcdutlCommand() *cobra.Command {
	command := &cobra.Command{Use: "etcdutl", Short: "An administrative command line tool for etcd3."}
	command.PersistentFlags().StringVarP(&etcdutl.OutputFormat, "write-out", "w", "simple",
		"set the output format (fields, json, protobuf, simple, table)")
	command.AddCommand(
		etcdutl.NewDefragCommand(), etcdutl.NewSnapshotCommand(), etcdutl.NewHashKVCommand(),
		etcdutl.NewVersionCommand(), etcdutl.NewMigrateCommand(),
	)
	return command
}
