package shop

import (
	"encoding/json"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// service is one process: a role's routes behind the answers that every role gives.
type service struct {
	config  Config
	log     *log.Logger
	started time.Time
	client  *http.Client
	routes  http.Handler
	calls   tally

	foundPeers atomic.Bool
}

// newService builds the handler of config's role.
func newService(config Config, logger *log.Logger) *service {
	s := &service{
		config:  config,
		log:     logger,
		started: time.Now(),
		client:  &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /about", s.about)
	switch config.Role {
	case "api":
		mux.HandleFunc("GET /orders", s.orders)
		mux.HandleFunc("GET /notice", s.notice)
	case "store":
		records := newRecords()
		mux.HandleFunc("GET /kv/{key}", s.withCredentials(records.read))
		mux.HandleFunc("PUT /kv/{key}", s.withCredentials(records.write))
		mux.HandleFunc("DELETE /kv/{key}", s.withCredentials(records.remove))
		mux.HandleFunc("GET /kv", s.withCredentials(records.list))
	case "archive":
		mux.HandleFunc("GET /", s.archive)
	case "collector":
		mux.HandleFunc("GET /report", s.collect)
	case "member":
		mux.HandleFunc("GET /peers", s.peers)
	case "worker":
		mux.HandleFunc("GET /stats", s.stats)
	case "web":
		mux.HandleFunc("GET /", s.web)
	}
	s.routes = mux
	return s
}

// public serves the main port: health where it shares the port, 503 during start-up, then the role.
func (s *service) public(w http.ResponseWriter, r *http.Request) {
	s.sign(w)
	if s.config.HealthPort == s.config.Port && s.answeredHealth(w, r) {
		return
	}
	if !s.isReady() {
		w.Header().Set("Retry-After", "1")
		s.reply(w, http.StatusServiceUnavailable, map[string]any{"error": "starting"})
		return
	}
	s.routes.ServeHTTP(w, r)
}

// health serves a health port of its own.
func (s *service) health(w http.ResponseWriter, r *http.Request) {
	s.sign(w)
	if !s.answeredHealth(w, r) {
		http.NotFound(w, r)
	}
}

func (s *service) answeredHealth(w http.ResponseWriter, r *http.Request) bool {
	switch r.URL.Path {
	case s.config.ReadyPath:
		w.Header().Set("X-Shop-Check", "readiness")
		if !s.isReady() {
			s.reply(w, http.StatusServiceUnavailable, map[string]any{"ready": false})
			return true
		}
		s.reply(w, http.StatusOK, map[string]any{"ready": true})
	case s.config.LivePath:
		w.Header().Set("X-Shop-Check", "liveness")
		s.reply(w, http.StatusOK, map[string]any{"alive": true})
	default:
		return false
	}
	return true
}

func (s *service) isReady() bool {
	return time.Since(s.started) >= s.config.Startup && (s.config.Role != "member" || s.foundPeers.Load())
}

// sign says who answers, on every answer.
func (s *service) sign(w http.ResponseWriter) {
	w.Header().Set("X-Shop-Service", s.config.Service)
	w.Header().Set("X-Shop-Pod", s.config.Pod)
	w.Header().Set("X-Shop-Version", s.config.Version)
}

func (s *service) reply(w http.ResponseWriter, status int, fields map[string]any) {
	fields["service"], fields["pod"], fields["version"] = s.config.Service, s.config.Pod, s.config.Version
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(fields); err != nil {
		s.log.Print("answer not delivered: ", err)
	}
}

// about shows the settings that are no secret.
func (s *service) about(w http.ResponseWriter, _ *http.Request) {
	c := s.config
	s.reply(w, http.StatusOK, map[string]any{
		"role":       c.Role,
		"started_at": s.started.UTC().Format(time.RFC3339Nano),
		"ready_at":   s.started.Add(c.Startup).UTC().Format(time.RFC3339Nano),
		"health":     map[string]any{"port": c.HealthPort, "live_path": c.LivePath, "ready_path": c.ReadyPath},
		"upstream":   c.Upstream,
		"verifies":   strings.HasPrefix(c.Upstream, "https://") && c.UpstreamCheck,
		"store_url":  c.StoreURL,
	})
}
