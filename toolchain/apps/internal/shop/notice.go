package shop

import (
	"net/http"
	"os"
	"strings"
)

// notice shows the text that its customers are to read: of the file as it is now, else of the environment at the start.
func (s *service) notice(w http.ResponseWriter, _ *http.Request) {
	text := s.config.Notice
	if s.config.NoticeFile != "" {
		content, err := os.ReadFile(s.config.NoticeFile)
		if err != nil {
			s.log.Printf("GET /notice: %v", err)
			s.reply(w, http.StatusInternalServerError, map[string]any{"error": "internal error"})
			return
		}
		text = strings.TrimSpace(string(content))
	}
	s.reply(w, http.StatusOK, map[string]any{"notice": text})
}
