// Package ask looks at a network the way a client would, and says what became of it.
//
// Its JSON is the wire format between the grader and a probe pod; the Python side is labs.core.probes.
package ask

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// MaxBody is how many bytes of an answer's body are kept.
const MaxBody = 64 << 10

// DefaultTimeout is used where a probe names none.
const DefaultTimeout = 2 * time.Second

// Outcome says what became of a probe, seen by its client.
type Outcome string

// The outcomes of labs.core.probes.ProbeOutcome.
const (
	Answered    Outcome = "answered"
	Refused     Outcome = "refused"
	TimedOut    Outcome = "timed-out"
	Reset       Outcome = "reset"
	NameUnknown Outcome = "name-unknown"
	NoResolver  Outcome = "no-resolver"
	Failed      Outcome = "failed"
)

// Pair is one header: name, value.
type Pair [2]string

// Probe is one thing to ask. Type is "http" (URL, Method, Headers, Body), "dns" (Name) or "tcp" (Host, Port).
type Probe struct {
	Type           string  `json:"type"`
	URL            string  `json:"url"`
	Method         string  `json:"method"`
	Headers        []Pair  `json:"headers"`
	Body           string  `json:"body"`
	Name           string  `json:"name"`
	Host           string  `json:"host"`
	Port           int     `json:"port"`
	TimeoutSeconds float64 `json:"timeout_seconds"`
}

// Timeout is how long the whole probe may take, reading the body included.
func (p Probe) Timeout() time.Duration {
	if p.TimeoutSeconds <= 0 {
		return DefaultTimeout
	}
	return time.Duration(p.TimeoutSeconds * float64(time.Second))
}

// Answer is what the client saw. Status, Headers and Body belong to HTTP, Addresses to DNS.
type Answer struct {
	Outcome        Outcome  `json:"outcome"`
	Detail         string   `json:"detail"`
	Status         int      `json:"status"`
	Headers        []Pair   `json:"headers"`
	Body           string   `json:"body"`
	Addresses      []string `json:"addresses"`
	ElapsedSeconds float64  `json:"elapsed_seconds"`
}

// Decode reads a JSON list of probes and refuses what it does not know, so that a typo is never a silent pass.
func Decode(text []byte) ([]Probe, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var probes []Probe
	if err := decoder.Decode(&probes); err != nil {
		return nil, fmt.Errorf("not a list of probes: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the list of probes")
	}
	for i, probe := range probes {
		if err := probe.validate(); err != nil {
			return nil, fmt.Errorf("probe %d: %w", i, err)
		}
	}
	return probes, nil
}

func (p Probe) validate() error {
	switch {
	case p.Type == "http" && p.URL == "":
		return errors.New("an http probe needs a url")
	case p.Type == "dns" && p.Name == "":
		return errors.New("a dns probe needs a name")
	case p.Type == "tcp" && (p.Host == "" || p.Port < 1 || p.Port > 65535):
		return errors.New("a tcp probe needs a host and a port from 1 to 65535")
	case p.Type != "http" && p.Type != "dns" && p.Type != "tcp":
		return fmt.Errorf("unknown type %q", p.Type)
	}
	return nil
}
