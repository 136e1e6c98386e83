package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
)

// Config is what the host tells the node. Addresses are of the lab's own network and the same in every lab, but for
// NodeIP, which is unique on the host.
type Config struct {
	NodeName    string     `json:"node_name"`
	NodeIP      netip.Addr `json:"node_ip"`
	NodePrefix  int        `json:"node_prefix"` // of NodeIP's network
	GatewayIP   netip.Addr `json:"gateway_ip"`
	Egress      bool       `json:"egress"`       // a default route through the gateway
	PodCIDR     string     `json:"pod_cidr"`     // of this node's pods
	ClusterCIDR string     `json:"cluster_cidr"` // of the pods of all nodes
	ServiceCIDR string     `json:"service_cidr"`
	APIIP       netip.Addr `json:"api_ip"` // first address of ServiceCIDR
	DNSIP       netip.Addr `json:"dns_ip"`
	CertDays    int        `json:"cert_days"`
	MemoryMiB   int        `json:"memory_mib"` // of the cell, which the node reports as its own; 0: the machine's
	CPUCores    float64    `json:"cpu_cores"`  // the same
	Addons      []string   `json:"addons"`     // beside those that every cluster has; see addons/
	AuditFD     int        `json:"audit_fd"`   // an open file for the audit log; 0: none is written
	AuditBytes  int64      `json:"audit_bytes"`

	Role   string            `json:"role"`   // empty: control plane and worker in one; "worker": see worker.go
	Peers  []Peer            `json:"peers"`  // the lab's other nodes
	Issued map[string]string `json:"issued"` // a worker's certificates and kubeconfigs by their path, see joining.go
}

const roleWorker = "worker"

// Peer is another node of the lab. A link of its name leads to it, which the host moves into this network namespace.
type Peer struct {
	Name    string     `json:"name"`
	IP      netip.Addr `json:"ip"`
	PodCIDR string     `json:"pod_cidr"`
	Role    string     `json:"role"`
}

func readConfig(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config := &Config{CertDays: 30, NodePrefix: 30}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(config); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if config.ClusterCIDR == "" {
		config.ClusterCIDR = config.PodCIDR
	}
	if config.NodeName == "" || !config.NodeIP.IsValid() || !config.APIIP.IsValid() || !config.DNSIP.IsValid() {
		return nil, fmt.Errorf("%s: node_name, node_ip, api_ip and dns_ip must be set", path)
	}
	return config, nil
}

// Directories and files of the node, where a kubeadm host has them.
const (
	pkiDir         = "/etc/kubernetes/pki"
	kubeDir        = "/etc/kubernetes"
	etcdDir        = "/var/lib/etcd"
	etcdSocket     = "/run/etcd/client.sock"
	etcdPeerSocket = "/run/etcd/peer.sock"
	criSocket      = "/run/containerd/containerd.sock"
	logFile        = "/var/log/labnode.log"
)
