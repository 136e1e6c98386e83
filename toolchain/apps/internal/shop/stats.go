package shop

import (
	"net/http"
	"sync"
	"time"
)

// tally counts a worker's calls, from the first that was answered: before that its API may be starting.
type tally struct {
	mutex       sync.Mutex
	requests    int
	failures    int
	lastFailure time.Time
}

func (t *tally) count(good bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if !good && t.requests == 0 {
		return
	}
	t.requests++
	if !good {
		t.failures++
		t.lastFailure = time.Now()
	}
}

// stats tells how a worker's calls went; quiet_seconds is how long none has failed.
func (s *service) stats(w http.ResponseWriter, _ *http.Request) {
	s.calls.mutex.Lock()
	since := s.started
	if s.calls.failures > 0 {
		since = s.calls.lastFailure
	}
	fields := map[string]any{
		"requests": s.calls.requests, "failures": s.calls.failures, "quiet_seconds": int(time.Since(since).Seconds()),
	}
	s.calls.mutex.Unlock()
	s.reply(w, http.StatusOK, fields)
}
