package main

import (
	"context"
	"runtime/debug"
	"time"
)

const (
	startGCPercent = 400
	idleGCPercent  = 15
	// settleTime covers the informers' first lists and the first pods, after which the heap hardly grows.
	settleTime = 20 * time.Second
)

// relaxMemory lets the start-up, which allocates much and lives shortly, run with few collections.
func relaxMemory() { debug.SetGCPercent(startGCPercent) }

// tightenMemory trades a little processor time for a small heap once the node is up: labs mostly idle.
func tightenMemory(ctx context.Context) {
	debug.SetGCPercent(idleGCPercent)
	debug.FreeOSMemory()
	select {
	case <-ctx.Done():
	case <-time.After(settleTime):
		debug.FreeOSMemory()
	}
}
