// Package operator keeps a Deployment and a Service for every custom resource of one kind, as small operators do.
package operator

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Config is the operator's settings. Every field is read from the environment variable named beside it.
type Config struct {
	Name      string        // OPERATOR_NAME: its field manager
	Group     string        // CR_GROUP
	Version   string        // CR_VERSION
	Kind      string        // CR_KIND
	Plural    string        // CR_PLURAL
	Namespace string        // WATCH_NAMESPACE: empty means every one
	Image     string        // APP_IMAGE: of the Deployments it makes
	Finalizer string        // FINALIZER: held on every resource, for the record elsewhere; empty means none
	Registry  string        // REGISTRY_URL: where each resource has a record, /kv/NAMESPACE.NAME; empty means none
	User      string        // REGISTRY_USER
	Password  string        // REGISTRY_PASSWORD: never shown
	Period    time.Duration // PERIOD_SECONDS
	Port      int           // PORT: /readyz is 200 once the resources could be listed
	API       string        // KUBERNETES_SERVICE_HOST and _PORT, which every pod has
	TokenFile string
	CAFile    string
}

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

// ConfigFrom reads the settings; all problems are reported together.
func ConfigFrom(getenv func(string) string) (Config, error) {
	var problems []error
	text := func(name, otherwise string) string {
		if value := getenv(name); value != "" {
			return value
		}
		if otherwise == "" {
			problems = append(problems, fmt.Errorf("%s is empty", name))
		}
		return otherwise
	}
	number := func(name, otherwise string) float64 {
		value, err := strconv.ParseFloat(text(name, otherwise), 64)
		if err != nil || value <= 0 {
			problems = append(problems, fmt.Errorf("%s is %q, not a number", name, getenv(name)))
		}
		return value
	}
	kind := text("CR_KIND", "")
	config := Config{
		Name:      text("OPERATOR_NAME", "operator"),
		Group:     text("CR_GROUP", ""),
		Version:   text("CR_VERSION", "v1"),
		Kind:      kind,
		Plural:    text("CR_PLURAL", strings.ToLower(kind)+"s"),
		Namespace: getenv("WATCH_NAMESPACE"),
		Image:     text("APP_IMAGE", "lab.local/shop:1"),
		Finalizer: getenv("FINALIZER"),
		Registry:  strings.TrimRight(getenv("REGISTRY_URL"), "/"),
		User:      getenv("REGISTRY_USER"),
		Password:  getenv("REGISTRY_PASSWORD"),
		Period:    time.Duration(number("PERIOD_SECONDS", "1") * float64(time.Second)),
		Port:      int(number("PORT", "8080")),
		API:       "https://" + text("KUBERNETES_SERVICE_HOST", "") + ":" + text("KUBERNETES_SERVICE_PORT", "443"),
		TokenFile: account + "token",
		CAFile:    account + "ca.crt",
	}
	return config, errors.Join(problems...)
}
