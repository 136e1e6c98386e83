package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// What a start leaves in half-empty spans stays in memory for good. Ready after 2.0 s with 440 MiB idle at 400,
	// 2.2 s with 401 at 50, 2.5 s with 381 at 25; an idle lab may take 400.
	startGCPercent = 35
	busyGCPercent  = 100
	idleGCPercent  = 15
	// A node with memory for dozens of scenarios, which never need all of it at once: where 27 were proven in labs of
	// 3.2 GiB, collections took a quarter of the node's time, at startGCPercent as long as work did not pause.
	roomyGCPercent = 300
	roomyMiB       = 3072
	// busyBytes allocated in a second are work; an idle node allocates a tenth of it.
	busyBytes = 16 << 20
	// quietSeconds cover the pauses of somebody who works.
	quietSeconds = 10
	// startSeconds after which work without a pause is no start any more.
	startSeconds = 30
)

// relaxMemory lets the start-up, which allocates much and lives shortly, run with fewer collections than idling.
func relaxMemory() { debug.SetGCPercent(startGCPercent) }

// tendMemory trades processor time for a small heap while the node is idle, as labs mostly are, and memory for
// processor time while it works: at idleGCPercent alone, collections took 42 % of a busy node's time.
func tendMemory(ctx context.Context, memoryMiB int) {
	allocated := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(allocated)
	before := allocated[0].Value.Uint64()
	load := load{}
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for seconds := 1; ; seconds++ {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		metrics.Read(allocated)
		now := allocated[0].Value.Uint64()
		was := load.idle
		load.second(now - before)
		before = now
		switch {
		case load.idle && !was:
			debug.SetGCPercent(idleGCPercent)
			debug.FreeOSMemory()
		case !load.idle && (was || seconds == startSeconds):
			debug.SetGCPercent(busyPercent(memoryMiB))
		}
	}
}

func busyPercent(memoryMiB int) int {
	if memoryMiB >= roomyMiB {
		return roomyGCPercent
	}
	return busyGCPercent
}

// load tells work from idling, by what is allocated in each second.
type load struct {
	idle  bool
	quiet int
}

// second takes what one second allocated, in bytes.
func (l *load) second(allocated uint64) {
	if allocated >= busyBytes {
		l.quiet, l.idle = 0, false
		return
	}
	l.quiet++
	l.idle = l.idle || l.quiet >= quietSeconds
}
