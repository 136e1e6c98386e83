// Package webhook is a small admission server, as a platform team would write one: it caps memory and asks for labels.
package webhook

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Config is the server's settings. Every field is read from the environment variable named beside it.
type Config struct {
	Port     int              // PORT
	CertFile string           // TLS_CERT: read again for every connection, so that a renewed one is served at once
	KeyFile  string           // TLS_KEY
	CapMiB   int64            // CAP_MEMORY_MIB: /mutate lowers the containers' memory limits to it; 0 leaves them alone
	Profiles map[string]int64 // CAP_PROFILES: "bulk=256,tiny=16", other caps for pods labelled memory-profile: NAME
	Labels   []string         // REQUIRED_LABELS: "team,cost-centre"; /validate refuses objects without them
	Prefixes []string         // IMAGE_PREFIXES: "lab.local/"; /validate refuses pods with other images
}

// ConfigFrom reads the settings; all problems are reported together.
func ConfigFrom(getenv func(string) string) (Config, error) {
	var problems []error
	number := func(name, text string) int64 {
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value < 0 {
			problems = append(problems, fmt.Errorf("%s is %q, not a whole number", name, text))
		}
		return value
	}
	text := func(name, otherwise string) string {
		if value := getenv(name); value != "" {
			return value
		}
		return otherwise
	}
	config := Config{
		Port:     int(number("PORT", text("PORT", "8443"))),
		CertFile: text("TLS_CERT", "/etc/tls/tls.crt"),
		KeyFile:  text("TLS_KEY", "/etc/tls/tls.key"),
		CapMiB:   number("CAP_MEMORY_MIB", text("CAP_MEMORY_MIB", "0")),
		Profiles: map[string]int64{},
		Labels:   list(getenv("REQUIRED_LABELS")),
		Prefixes: list(getenv("IMAGE_PREFIXES")),
	}
	for _, pair := range list(getenv("CAP_PROFILES")) {
		name, value, found := strings.Cut(pair, "=")
		if !found {
			problems = append(problems, fmt.Errorf("CAP_PROFILES: %q is no NAME=MIB", pair))
			continue
		}
		config.Profiles[name] = number("CAP_PROFILES", value)
	}
	return config, errors.Join(problems...)
}

func list(text string) []string {
	var items []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
