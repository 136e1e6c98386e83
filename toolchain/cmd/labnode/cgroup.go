package main

import (
	"bytes"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

const cgroupRoot = "/sys/fs/cgroup"

// emptyCgroupRoot makes room for kubelet on cgroup v2: a group that has processes of its own cannot hand controllers
// to its children (https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint). v1 has no such rule.
func emptyCgroupRoot() error {
	var stat unix.Statfs_t
	if err := unix.Statfs(cgroupRoot, &stat); err != nil || stat.Type != unix.CGROUP2_SUPER_MAGIC {
		return err
	}
	leaf := filepath.Join(cgroupRoot, "node")
	if err := os.MkdirAll(leaf, 0o755); err != nil {
		return err
	}
	processes, err := os.ReadFile(filepath.Join(cgroupRoot, "cgroup.procs"))
	if err != nil {
		return err
	}
	for _, pid := range bytes.Fields(processes) {
		if err := os.WriteFile(filepath.Join(leaf, "cgroup.procs"), pid, 0o644); err != nil {
			return err
		}
	}
	controllers, err := os.ReadFile(filepath.Join(cgroupRoot, "cgroup.controllers"))
	if err != nil {
		return err
	}
	enable := []byte{}
	for _, name := range bytes.Fields(controllers) {
		enable = append(append(enable, " +"...), name...)
	}
	return os.WriteFile(filepath.Join(cgroupRoot, "cgroup.subtree_control"), bytes.TrimSpace(enable), 0o644)
}
