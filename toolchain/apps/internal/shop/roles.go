package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// currentOrders and archivedOrders tell the live service from the archive by their content alone.
var (
	currentOrders  = json.RawMessage(`[{"id":7001,"state":"paid"},{"id":7002,"state":"packed"},{"id":7003,"state":"new"}]`)
	archivedOrders = json.RawMessage(`[{"id":311,"state":"closed","year":2019},{"id":312,"state":"closed","year":2019}]`)
)

const maxUpstreamBody = 1 << 20

// orders answers from memory, or from the store when there is one. Its users never learn why it failed: its log does.
func (s *service) orders(w http.ResponseWriter, r *http.Request) {
	if s.config.Token != "" && r.Header.Get("Authorization") != "Bearer "+s.config.Token {
		s.reply(w, http.StatusUnauthorized, map[string]any{"error": "token missing or wrong"})
		return
	}
	if s.config.StoreURL == "" {
		s.reply(w, http.StatusOK, map[string]any{"orders": currentOrders})
		return
	}
	orders, err := s.fromStore(r.Context())
	if err != nil {
		s.log.Printf("GET /orders: %v", err)
		s.reply(w, http.StatusInternalServerError, map[string]any{"error": "internal error"})
		return
	}
	s.reply(w, http.StatusOK, map[string]any{"orders": orders})
}

func (s *service) fromStore(ctx context.Context) (json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.StoreURL+"/kv/orders", nil)
	if err != nil {
		return nil, err
	}
	request.SetBasicAuth(s.config.StoreUser, s.config.StorePassword)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("store %s answered %s", s.config.StoreURL, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxUpstreamBody))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if !json.Valid(body) {
		return nil, fmt.Errorf("store %s did not answer JSON", s.config.StoreURL)
	}
	return body, nil
}

// archive is another team's service: it answers every path, with orders long closed.
func (s *service) archive(w http.ResponseWriter, _ *http.Request) {
	s.reply(w, http.StatusOK, map[string]any{"orders": archivedOrders})
}

// web is the front end: it passes on what the API says, and 502 when the API cannot be used.
func (s *service) web(w http.ResponseWriter, r *http.Request) {
	status, body, err := s.call(r.Context())
	if err != nil || status >= http.StatusInternalServerError {
		s.log.Printf("GET %s: upstream %s: status %d, error %v", r.URL.Path, s.config.Upstream, status, err)
		s.reply(w, http.StatusBadGateway, map[string]any{"error": "bad gateway"})
		return
	}
	s.reply(w, status, map[string]any{"api": body})
}

func (s *service) call(ctx context.Context) (int, json.RawMessage, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.Upstream+"/orders", nil)
	if err != nil {
		return 0, nil, err
	}
	if s.config.Token != "" {
		request.Header.Set("Authorization", "Bearer "+s.config.Token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxUpstreamBody))
	if err == nil && !json.Valid(body) {
		err = fmt.Errorf("not JSON: %.60q", body)
	}
	return response.StatusCode, body, err
}

// work calls the API once a period until ctx ends.
func (s *service) work(ctx context.Context) {
	ticker := time.NewTicker(max(s.config.Period, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			status, _, err := s.call(ctx)
			s.calls.count(err == nil && status < http.StatusBadRequest)
			s.log.Printf("%s/orders: status %d, error %v", s.config.Upstream, status, err)
		}
	}
}
