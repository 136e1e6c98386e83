// Package netpol enforces NetworkPolicies for the pods of one node, in nftables.
//
// Egress is enforced where its source runs, ingress where its destination does; peers may be anywhere. Pods must be
// routed by the node (CNI plugin ptp), so that what passes between two of them is forwarded. IPv4 only, as labs are.
// Connections that were allowed when they were made stay.
package netpol

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/klog/v2"
	"sigs.k8s.io/knftables"

	"taller.dev/toolchain/internal/podgate"
)

const (
	// debounce joins what comes in bursts: a Deployment's pods, a scenario's policies.
	debounce = 50 * time.Millisecond
	// resync mends a table that somebody has removed.
	resync = 30 * time.Second
	// pause between attempts after nft failed: the node has run out of processes or memory.
	pause = time.Second
	// endurance is how long nft may fail, for a fork bomb in a pod must not end the node. What stood stands, and no
	// new pod starts.
	endurance = 5 * time.Minute
	nftLimit  = 15 * time.Second
	// podLimit is how long a new pod waits for the API's word about itself, below podgate.Limit.
	podLimit = 10 * time.Second
)

// Enforcer is made by New and works during Run.
type Enforcer struct {
	nodeName  string
	cluster   *cluster
	nft       knftables.Interface
	listener  net.Listener
	sandboxes sandboxes
	changed   chan struct{}
	synced    chan struct{} // closed when the API has told everything once

	mutex   sync.Mutex
	applied string // what the kernel has; empty when that is not known
}

// New makes sure that rules can be made at all, and listens for pods at the socket.
func New(client kubernetes.Interface, nodeName, socket string) (*Enforcer, error) {
	nft, err := knftables.New(family, table)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, err
	}
	return newEnforcer(client, nodeName, nft, listener)
}

func newEnforcer(
	client kubernetes.Interface, nodeName string, nft knftables.Interface, listener net.Listener,
) (*Enforcer, error) {
	e := &Enforcer{
		nodeName: nodeName, nft: nft, listener: listener, sandboxes: sandboxes{byID: map[string]sandbox{}},
		changed: make(chan struct{}, 1), synced: make(chan struct{}),
	}
	var err error
	e.cluster, err = newCluster(client, e.note)
	return e, err
}

// Run enforces until ctx ends; any other end is an error.
func (e *Enforcer) Run(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- podgate.Serve(e.listener, func(m podgate.Message) error { return e.handle(ctx, m) }) }()
	defer e.listener.Close()
	e.cluster.factory.Start(ctx.Done())
	for kind, ok := range e.cluster.factory.WaitForCacheSync(ctx.Done()) {
		if !ok {
			return fmt.Errorf("%v were not listed: %w", kind, ctx.Err())
		}
	}
	if err := e.sync(ctx, true); err != nil {
		return err
	}
	close(e.synced)
	return e.follow(ctx, ended)
}

func (e *Enforcer) follow(ctx context.Context, ended <-chan error) error {
	again := time.NewTicker(resync)
	defer again.Stop()
	failing := time.Time{}
	for {
		isForced := false
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return fmt.Errorf("the socket for pods: %w", err)
		case <-e.changed:
			time.Sleep(debounce)
		case <-again.C:
			isForced = true
		}
		select {
		case <-e.changed:
		default:
		}
		err := e.sync(ctx, isForced)
		if err == nil {
			failing = time.Time{}
			continue
		}
		klog.ErrorS(err, "NetworkPolicy: rules were not replaced")
		if failing.IsZero() {
			failing = time.Now()
		} else if time.Since(failing) > endurance {
			return err
		}
		time.Sleep(pause)
		e.note()
	}
}

// note never blocks: one pending note is as good as many.
func (e *Enforcer) note() {
	select {
	case e.changed <- struct{}{}:
	default:
	}
}

// sync makes the kernel's rules those of the present state. One nft at a time, and none when nothing has changed.
func (e *Enforcer) sync(ctx context.Context, isForced bool) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	state, err := e.cluster.state(e.nodeName, e.sandboxes.all(e.cluster.pod))
	if err != nil {
		return err
	}
	tx := e.nft.NewTransaction()
	render(tx, Compile(state))
	text := tx.String()
	if text == e.applied && !(isForced && len(state.Policies) > 0) {
		return nil
	}
	e.applied = ""
	ctx, cancel := context.WithTimeout(ctx, nftLimit)
	defer cancel()
	if err := e.nft.Run(ctx, tx); err != nil {
		return err
	}
	e.applied = text
	return nil
}

// handle returns when the rules for the pod stand, without waiting for others.
func (e *Enforcer) handle(ctx context.Context, message podgate.Message) error {
	if message.Verb == podgate.Delete {
		e.sandboxes.remove(message.Sandbox)
		e.note()
		return nil
	}
	if !message.Address.Is4() || message.Sandbox == "" {
		return errors.New("a pod without an IPv4 address")
	}
	ctx, cancel := context.WithTimeout(ctx, podLimit)
	defer cancel()
	e.sandboxes.add(message)
	select {
	case <-e.synced:
	case <-ctx.Done():
		return errors.New("the API has not told the NetworkPolicies yet")
	}
	if e.cluster.hasNoPolicies() {
		return nil // one that comes now finds the pod among the sandboxes
	}
	for e.cluster.pod(message.Namespace, message.Pod, message.UID) == nil {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the API does not know pod %s/%s of uid %s", message.Namespace, message.Pod, message.UID)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return e.sync(ctx, false)
}
