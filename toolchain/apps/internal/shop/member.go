package shop

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const seekEvery = 500 * time.Millisecond

// peers says which of the cluster's members it reaches: 200 when all, 503 otherwise.
func (s *service) peers(w http.ResponseWriter, r *http.Request) {
	reached := map[string]bool{}
	status := http.StatusOK
	for _, peer := range s.config.Peers {
		err := s.greet(r.Context(), peer)
		reached[peer] = err == nil
		if err != nil {
			status = http.StatusServiceUnavailable
		}
	}
	s.reply(w, status, map[string]any{"peers": reached})
}

// seekPeers makes the member ready once it has reached every peer; what it has found it does not lose again.
func (s *service) seekPeers(ctx context.Context) {
	ticker := time.NewTicker(seekEvery)
	defer ticker.Stop()
	last := ""
	for !s.foundPeers.Load() {
		err := s.greetAll(ctx)
		s.foundPeers.Store(err == nil)
		if text := fmt.Sprint(err); err != nil && text != last {
			s.log.Printf("not joined: %v", err)
			last = text
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
	s.log.Print("joined: every peer answers")
}

func (s *service) greetAll(ctx context.Context) error {
	for _, peer := range s.config.Peers {
		if err := s.greet(ctx, peer); err != nil {
			return err
		}
	}
	return nil
}

// greet asks a peer for a sign of life, which it gives from its first moment.
func (s *service) greet(ctx context.Context, peer string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, peer+s.config.LivePath, nil)
	if err != nil {
		return err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("peer %s answered %s", peer, response.Status)
	}
	return nil
}
