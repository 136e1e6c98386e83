// Package shop is the demo shop that scenarios deploy and break: small services that say over HTTP who they are.
package shop

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Roles a process can have.
var Roles = []string{"web", "api", "store", "archive", "worker", "collector", "member", "report", "sync"}

// Config is one process's settings. Every field is read from the environment variable named beside it.
type Config struct {
	Role          string
	Pod           string        // HOSTNAME
	Service       string        // SERVICE_NAME: the name it gives itself; default: the role
	Version       string        // VERSION
	Port          int           // PORT
	HealthPort    int           // HEALTH_PORT: default PORT
	LivePath      string        // LIVE_PATH: 200 as long as the process runs
	ReadyPath     string        // READY_PATH: 200 once start-up is over, 503 before
	Startup       time.Duration // STARTUP_SECONDS: how long it answers 503 after its start
	AllocateMiB   int           // ALLOCATE_MIB: memory it holds
	Upstream      string        // API_URL (web, worker, report): base URL it calls
	StoreURL      string        // STORE_URL (api, report): empty means orders from memory
	StoreUser     string        // STORE_USER (api, report, store)
	StorePassword string        // STORE_PASSWORD (api, report, store): never shown
	StoreAuth     bool          // STORE_AUTH (store): "off" lets everybody in
	Token         string        // API_TOKEN (api, web, worker): bearer token, empty means none is asked for
	Period        time.Duration // PERIOD_SECONDS (worker)
	Notice        string        // SHOP_TEXT (api): text of /notice, fixed at the start
	NoticeFile    string        // SHOP_TEXT_FILE (api): a file with that text, read at every request; it wins
	Peers         []string      // PEERS (member): base URLs, separated by commas
	ReportKey     string        // REPORT_KEY (report): the store's key that it writes
	Work          time.Duration // WORK_SECONDS (report): how long it takes
	Collect       string        // COLLECT (collector): label selector of the pods it reports about
	SyncDir       string        // SYNC_DIR (sync): directory of changes that it makes
	Kube          kubeConfig    // of the roles that talk to Kubernetes
	TLSCert       string        // TLS_CERT, TLS_KEY: files, read at the start; with them PORT speaks TLS (HEALTH_PORT never)
	TLSKey        string
	UpstreamCA    string // API_CA (web, worker): file of the authorities that an https API_URL is checked against
	UpstreamCheck bool   // API_VERIFY (web, worker): "off" believes everybody
}

// ConfigFrom reads a role's settings; all problems are reported together.
func ConfigFrom(role string, getenv func(string) string) (Config, error) {
	env := environment{getenv: getenv}
	config := Config{
		Role:          role,
		Pod:           env.text("HOSTNAME", "unknown"),
		Service:       env.text("SERVICE_NAME", role),
		Version:       env.text("VERSION", "1.0.0"),
		Port:          env.number("PORT", 8080),
		LivePath:      env.path("LIVE_PATH", "/healthz"),
		ReadyPath:     env.path("READY_PATH", "/readyz"),
		Startup:       env.seconds("STARTUP_SECONDS", 0),
		AllocateMiB:   env.number("ALLOCATE_MIB", 0),
		Upstream:      strings.TrimRight(env.text("API_URL", ""), "/"),
		StoreURL:      strings.TrimRight(env.text("STORE_URL", ""), "/"),
		StoreUser:     env.text("STORE_USER", ""),
		StorePassword: env.text("STORE_PASSWORD", ""),
		StoreAuth:     env.text("STORE_AUTH", "on") != "off",
		Token:         env.text("API_TOKEN", ""),
		Period:        env.seconds("PERIOD_SECONDS", 1),
		Notice:        env.text("SHOP_TEXT", ""),
		NoticeFile:    env.text("SHOP_TEXT_FILE", ""),
		Peers:         env.list("PEERS"),
		ReportKey:     env.text("REPORT_KEY", "report"),
		Work:          env.seconds("WORK_SECONDS", 0),
		Collect:       env.text("COLLECT", ""),
		SyncDir:       env.text("SYNC_DIR", ""),
		Kube:          kubeConfigFrom(env.text),
		TLSCert:       env.text("TLS_CERT", ""),
		TLSKey:        env.text("TLS_KEY", ""),
		UpstreamCA:    env.text("API_CA", ""),
		UpstreamCheck: env.text("API_VERIFY", "on") != "off",
	}
	config.HealthPort = env.number("HEALTH_PORT", config.Port)
	if !slices.Contains(Roles, role) {
		env.complain("role %q is none of %s", role, strings.Join(Roles, ", "))
	}
	if slices.Contains([]string{"web", "worker", "report"}, role) && config.Upstream == "" {
		env.complain("API_URL is empty")
	}
	if role == "report" && config.StoreURL == "" {
		env.complain("STORE_URL is empty")
	}
	if role == "sync" && config.SyncDir == "" {
		env.complain("SYNC_DIR is empty")
	}
	if role == "store" && config.StoreAuth && (config.StoreUser == "" || config.StorePassword == "") {
		env.complain("STORE_USER or STORE_PASSWORD is empty")
	}
	if (config.TLSCert == "") != (config.TLSKey == "") {
		env.complain("TLS_CERT and TLS_KEY go together")
	}
	return config, errors.Join(env.problems...)
}

type environment struct {
	getenv   func(string) string
	problems []error
}

func (e *environment) complain(format string, args ...any) {
	e.problems = append(e.problems, fmt.Errorf(format, args...))
}

func (e *environment) text(name, otherwise string) string {
	if value := e.getenv(name); value != "" {
		return value
	}
	return otherwise
}

func (e *environment) number(name string, otherwise int) int {
	text := e.text(name, strconv.Itoa(otherwise))
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 || value > 65535 {
		e.complain("%s is %q, not a number from 0 to 65535", name, text)
	}
	return value
}

func (e *environment) list(name string) []string {
	return strings.FieldsFunc(e.getenv(name), func(r rune) bool { return r == ',' || r == ' ' })
}

func (e *environment) seconds(name string, otherwise float64) time.Duration {
	text := e.text(name, strconv.FormatFloat(otherwise, 'f', -1, 64))
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value < 0 {
		e.complain("%s is %q, not a number of seconds", name, text)
	}
	return time.Duration(value * float64(time.Second))
}

func (e *environment) path(name, otherwise string) string {
	text := e.text(name, otherwise)
	if !strings.HasPrefix(text, "/") {
		e.complain("%s is %q and does not start with /", name, text)
	}
	return text
}
