package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
	genericapiserver "k8s.io/apiserver/pkg/server"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apioptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"

	"taller.dev/toolchain/internal/auditlog"
)

// runAPIServer does what upstream's Run does, and in between lets the server write our audit log and serve metrics.
func runAPIServer(ctx context.Context, c *Config, options apioptions.CompletedOptions) error {
	config, err := apiserver.NewConfig(options)
	if err != nil {
		return err
	}
	if c.AuditFD != 0 {
		unix.CloseOnExec(c.AuditFD)
		file := os.NewFile(uintptr(c.AuditFD), "audit")
		// Requests go through the aggregator's filters alone; what it delegates to has them already behind itself.
		config.Aggregator.GenericConfig.AuditBackend = auditlog.New(file, c.AuditBytes)
		config.Aggregator.GenericConfig.AuditPolicyRuleEvaluator = auditlog.NewPolicy(components())
	}
	shared := config.KubeAPIs.ControlPlane.VersionedInformers
	completed, err := config.Complete()
	if err != nil {
		return err
	}
	aggregator, err := apiserver.CreateServerChain(completed)
	if err != nil {
		return err
	}
	core, ok := aggregator.GenericAPIServer.NextDelegate().(*genericapiserver.GenericAPIServer)
	if !ok {
		return fmt.Errorf("the aggregator delegates to a %T", aggregator.GenericAPIServer.NextDelegate())
	}
	if err := installMetrics(ctx, core, shared); err != nil {
		return fmt.Errorf("metrics API: %w", err)
	}
	prepared, err := aggregator.PrepareRun()
	if err != nil {
		return err
	}
	return prepared.Run(ctx)
}

// components are the users whose work is not a person's: those of the controllers are named as their roles.
func components() []string {
	users := []string{
		"system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy",
		"system:" + volumesUser,
	}
	for _, role := range bootstrappolicy.ControllerRoles() {
		users = append(users, "system:serviceaccount:kube-system:"+strings.TrimPrefix(role.Name, "system:controller:"))
	}
	return users
}
