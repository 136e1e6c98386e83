// Command coredns is CoreDNS with the plugins that a lab's cluster DNS uses, and no others: upstream's own main brings
// cloud providers and tracing along, which triple its size and its build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/rewrite"
	_ "github.com/coredns/coredns/plugin/template"
	_ "github.com/coredns/coredns/plugin/whoami"

	"github.com/coredns/coredns/coremain"
)

// Queries pass the plugins in this order, whatever the Corefile's. It is upstream's (plugin.cfg).
func init() {
	dnsserver.Directives = []string{
		"reload",
		"health",
		"ready",
		"prometheus",
		"errors",
		"log",
		"cache",
		"rewrite",
		"loadbalance",
		"template",
		"hosts",
		"kubernetes",
		"loop",
		"forward",
		"whoami",
	}
}

func main() {
	coremain.Run()
}
