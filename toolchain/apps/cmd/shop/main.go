// Command shop is the demo shop in one binary.
//
//	shop ROLE        web, api, store, archive or worker; settings come from the environment (internal/shop/config.go)
//	shop webhook     an admission server (internal/webhook/config.go)
//	shop operator    keeps Deployments for custom resources (internal/operator/config.go)
//	shop get URL     an HTTP client for people
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"taller.dev/apps/internal/ask"
	"taller.dev/apps/internal/operator"
	"taller.dev/apps/internal/shop"
	"taller.dev/apps/internal/webhook"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// run returns the exit status: 0 asked to end, 1 could not serve, 2 wrong settings.
func run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		fmt.Fprintf(os.Stderr, "usage: shop %s|webhook|operator | shop get [-v] [-n TIMES] URL\n", strings.Join(shop.Roles, "|"))
		return 2
	}
	if args[0] == "get" {
		return ask.Get(ctx, args[1:], os.Stdout, os.Stderr)
	}
	logger := log.New(os.Stdout, "", log.LstdFlags|log.LUTC)
	switch args[0] {
	case "webhook":
		config, err := webhook.ConfigFrom(os.Getenv)
		return ended(err, func() error { return webhook.Run(ctx, config, logger) }, logger)
	case "operator":
		config, err := operator.ConfigFrom(os.Getenv)
		return ended(err, func() error { return operator.Run(ctx, config, logger) }, logger)
	}
	config, err := shop.ConfigFrom(args[0], os.Getenv)
	return ended(err, func() error { return shop.Run(ctx, config, logger) }, logger)
}

// ended runs what its settings allow to run, and turns what went wrong into an exit status.
func ended(settings error, serve func() error, logger *log.Logger) int {
	if settings != nil {
		logger.Print("settings: ", strings.ReplaceAll(settings.Error(), "\n", "; "))
		return 2
	}
	if err := serve(); err != nil {
		logger.Print(err)
		return 1
	}
	return 0
}
