// The stand-in for OpenTofu's AWS provider: it knows some resource types by their documented arguments, and plans.
//
// The real provider comes from no package registry, and a lab has no way out. What OpenTofu needs of a provider to
// judge a configuration (modules, variables, for_each, what would be replaced) is its schema; nothing is ever made.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/v2/plugin"
)

func main() {
	provider, err := Provider()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	plugin.Serve(&plugin.ServeOpts{ProviderFunc: func() *schema.Provider { return provider }})
}
