package webhook

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"
)

const maxReview = 4 << 20

// Run serves /mutate, /validate and /readyz over TLS until ctx ends.
func Run(ctx context.Context, config Config, logger *log.Logger) error {
	server := &http.Server{
		Addr:              net.JoinHostPort("", strconv.Itoa(config.Port)),
		Handler:           config.handler(logger),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          logger,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
				pair, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
				return &pair, err
			},
		},
	}
	logger.Printf("admission on :%d; memory capped at %d MiB (profiles %v), labels %v, images %v",
		config.Port, config.CapMiB, config.Profiles, config.Labels, config.Prefixes)
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServeTLS("", "") }()
	select {
	case <-ctx.Done():
	case err := <-failed:
		return err
	}
	grace, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = server.Shutdown(grace) // what is still open after the grace dies with the process
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (c Config) handler(logger *log.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	judge := func(mutates bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var asked review
			err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxReview)).Decode(&asked)
			if err != nil || asked.Request == nil {
				http.Error(w, "not an AdmissionReview", http.StatusBadRequest)
				return
			}
			given := c.answer(*asked.Request, mutates)
			log := "allowed"
			if given.Status != nil {
				log = "refused: " + given.Status.Message
			} else if given.PatchType != nil {
				log = "changed"
			}
			name := asked.Request.Object.Metadata.Name + asked.Request.Object.Metadata.GenerateName
			logger.Printf("%s %s %s/%s: %s", asked.Request.Operation, asked.Request.Object.Kind, asked.Request.Namespace, name, log)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(review{APIVersion: asked.APIVersion, Kind: asked.Kind, Response: &given})
		}
	}
	mux.HandleFunc("POST /mutate", judge(true))
	mux.HandleFunc("POST /validate", judge(false))
	return mux
}
