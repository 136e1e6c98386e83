package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// report makes one report of the orders: reads them from the API, works on them, and writes the result to the store.
func (s *service) report(ctx context.Context) error {
	s.log.Printf("report %s: reading %s/orders", s.config.ReportKey, s.config.Upstream)
	status, body, err := s.call(ctx)
	if err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	if status != http.StatusOK {
		return fmt.Errorf("orders: %s answered %d", s.config.Upstream, status)
	}
	var answer struct {
		Orders []json.RawMessage `json:"orders"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	s.log.Printf("report %s: %d orders; it takes %s", s.config.ReportKey, len(answer.Orders), s.config.Work)
	select {
	case <-ctx.Done():
		return fmt.Errorf("report %s: ended before it was done", s.config.ReportKey)
	case <-time.After(s.config.Work):
	}
	if err := s.keep(ctx, len(answer.Orders)); err != nil {
		return err
	}
	s.log.Printf("report %s: written", s.config.ReportKey)
	return nil
}

func (s *service) keep(ctx context.Context, orders int) error {
	document, err := json.Marshal(map[string]any{
		"orders": orders, "made_by": s.config.Pod, "made_at": time.Now().UTC().Format(time.RFC3339),
	})
	if err != nil {
		return err
	}
	url := s.config.StoreURL + "/kv/" + s.config.ReportKey
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(document))
	if err != nil {
		return err
	}
	request.SetBasicAuth(s.config.StoreUser, s.config.StorePassword)
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("store %s answered %s", s.config.StoreURL, response.Status)
	}
	return nil
}
