package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// walSegmentBytes are preallocated; 64 MiB a segment is for busier clusters than a lab.
const walSegmentBytes = 8 << 20

// startEtcd serves etcd on a Unix socket that only the node's root can open: pods on the host network find no port.
func startEtcd() error {
	for _, dir := range []string{filepath.Dir(etcdSocket), etcdDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	wal.SegmentSizeBytes = walSegmentBytes
	config := embed.NewConfig()
	config.Dir, config.LogLevel = etcdDir, "error"
	// A lab that loses its host is thrown away, so there is nothing that an fsync would save.
	config.UnsafeNoFsync = true
	// A lone member elects itself after one election timeout; the defaults (100 ms, 1 s) are for a network between members.
	config.TickMs, config.ElectionMs = 10, 100
	client := url.URL{Scheme: "unix", Path: etcdSocket}
	// For peers etcd takes the host alone; an empty one would be an abstract socket, which everything on the node's
	// network may open, the candidate's shell too, and write to the store through (the peers' protocol asks nobody's name).
	peer := url.URL{Scheme: "unix", Host: etcdPeerSocket}
	// Nothing listens on what it must advertise: the only member never dials itself, the API server has the socket.
	advertised := []url.URL{{Scheme: "http", Host: "127.0.0.1:2379"}}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, advertised
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, advertised
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	server, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	select {
	case <-server.Server.ReadyNotify():
		return nil
	case err := <-server.Err():
		return fmt.Errorf("etcd: %w", err)
	case <-time.After(30 * time.Second):
		return fmt.Errorf("etcd was not ready within 30 s")
	}
}
