package shop

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"
)

// Run serves config's role until ctx ends, then lets requests in flight finish for at most a second.
//
// The roles report and sync serve nothing: they do their work once.
func Run(ctx context.Context, config Config, logger *log.Logger) error {
	s := newService(config, logger)
	own, err := config.certificate()
	if err != nil {
		return err
	}
	trust, err := config.trust()
	if err != nil {
		return err
	}
	s.client.Transport = &http.Transport{DisableKeepAlives: true, TLSClientConfig: trust}
	switch config.Role {
	case "report":
		return s.report(ctx)
	case "sync":
		return s.sync(ctx)
	}
	held := hold(config.AllocateMiB)
	logger.Printf("%s %s (%s) on :%d; health on :%d, live %s, ready %s; start-up takes %s",
		config.Service, config.Version, config.Role, config.Port,
		config.HealthPort, config.LivePath, config.ReadyPath, config.Startup)
	servers := []*http.Server{newServer(config.Port, s.public)}
	servers[0].TLSConfig, servers[0].ErrorLog = own, logger
	if config.HealthPort != config.Port {
		servers = append(servers, newServer(config.HealthPort, s.health))
	}
	switch config.Role {
	case "worker":
		go s.work(ctx)
	case "member":
		go s.seekPeers(ctx)
	}
	err = serve(ctx, servers)
	runtime.KeepAlive(held)
	return err
}

func serve(ctx context.Context, servers []*http.Server) error {
	failed := make(chan error, len(servers))
	for _, server := range servers {
		go func() { failed <- listen(server) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, server := range servers {
		_ = server.Shutdown(grace) // what is still open after the grace dies with the process
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func newServer(port int, handler http.HandlerFunc) *http.Server {
	return &http.Server{
		Addr:              net.JoinHostPort("", strconv.Itoa(port)),
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       30 * time.Second,
	}
}

// hold returns memory that is really resident: every page is written.
func hold(mebibytes int) []byte {
	memory := make([]byte, mebibytes<<20)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	return memory
}
