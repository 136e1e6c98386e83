package shop

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// collect reports the last log line of every pod that it is to look at. Its users never learn why it failed: its log does.
func (s *service) collect(w http.ResponseWriter, r *http.Request) {
	lines, err := s.lastLines(r.Context())
	if err != nil {
		s.log.Printf("GET /report: %v", err)
		s.reply(w, http.StatusInternalServerError, map[string]any{"error": "internal error"})
		return
	}
	s.reply(w, http.StatusOK, map[string]any{"lines": lines, "count": len(lines)})
}

func (s *service) lastLines(ctx context.Context) (map[string]string, error) {
	pods := "/api/v1/namespaces/" + s.config.Kube.namespace() + "/pods"
	body, err := s.config.Kube.call(ctx, http.MethodGet, pods+"?labelSelector="+url.QueryEscape(s.config.Collect), nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
			Status struct {
				Phase string `json:"phase"`
			} `json:"status"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("list of pods: %w", err)
	}
	lines := map[string]string{}
	for _, pod := range list.Items {
		if pod.Status.Phase != "Running" {
			continue
		}
		line, err := s.config.Kube.call(ctx, http.MethodGet, pods+"/"+pod.Metadata.Name+"/log?tailLines=1", nil)
		if err != nil {
			return nil, err
		}
		lines[pod.Metadata.Name] = strings.TrimSpace(string(line))
	}
	return lines, nil
}
