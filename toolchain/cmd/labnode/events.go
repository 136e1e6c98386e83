package main

import (
	"encoding/json"
	"os"
	"time"
)

var started = time.Now()

// emit writes one event to standard output, which the host opened: {"event": name, "seconds": since start, ...}.
func emit(name string, fields map[string]any) {
	event := map[string]any{"event": name, "seconds": time.Since(started).Seconds()}
	for key, value := range fields {
		event[key] = value
	}
	line, _ := json.Marshal(event)
	os.Stdout.Write(append(line, '\n'))
}
