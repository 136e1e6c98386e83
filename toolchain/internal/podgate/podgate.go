// Package podgate is what the CNI plugin of that name and the node say to each other: a pod has got an address, or has
// lost it. The plugin waits for the answer, so no container runs before the node has done what the address asks for.
package podgate

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

// Socket is where the node listens.
const Socket = "/run/labnode/podgate.sock"

// Limit is how long the runtime waits before kubelet must try again; the node answers earlier.
const Limit = 20 * time.Second

// Verb is what happened to a pod's sandbox.
type Verb string

const (
	Add    Verb = "add"
	Delete Verb = "delete"
)

// Message is one line of JSON. Delete needs the sandbox's id only.
type Message struct {
	Verb      Verb       `json:"verb"`
	Sandbox   string     `json:"sandbox"`
	Namespace string     `json:"namespace,omitempty"`
	Pod       string     `json:"pod,omitempty"`
	UID       string     `json:"uid,omitempty"`
	Address   netip.Addr `json:"address,omitzero"`
}

// Answer has an empty Error when the pod may go on.
type Answer struct {
	Error string `json:"error,omitempty"`
}

// Tell returns when the node has answered.
func Tell(socket string, message Message) error {
	connection, err := net.DialTimeout("unix", socket, Limit)
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := connection.SetDeadline(time.Now().Add(Limit)); err != nil {
		return err
	}
	if err := json.NewEncoder(connection).Encode(message); err != nil {
		return err
	}
	var answer Answer
	if err := json.NewDecoder(connection).Decode(&answer); err != nil {
		return fmt.Errorf("no answer from the node: %w", err)
	}
	if answer.Error != "" {
		return errors.New(answer.Error)
	}
	return nil
}

// Serve answers each connection's one message with what handle returns, until the listener is closed.
func Serve(listener net.Listener, handle func(Message) error) error {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go serve(connection, handle)
	}
}

func serve(connection net.Conn, handle func(Message) error) {
	defer connection.Close()
	if connection.SetDeadline(time.Now().Add(Limit)) != nil {
		return
	}
	var message Message
	if json.NewDecoder(connection).Decode(&message) != nil {
		return
	}
	answer := Answer{}
	if err := handle(message); err != nil {
		answer.Error = err.Error()
	}
	_ = json.NewEncoder(connection).Encode(answer) // who asked has gone: kubelet tries again
}
