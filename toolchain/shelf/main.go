// Command shelf hands out documents that lie in a bucket: GET /NAME answers with the object of that name.
//
// It signs in for every request as AWS's SDK finds credentials (environment, web identity), so that what it may do is
// what the account says now, and answers 502 with AWS's own words when it may not.
// Settings: BUCKET, PORT (8080), and the SDK's variables. Of an endpoint of one's own it must be told by
// AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_S3: signing in with a token does not heed AWS_ENDPOINT_URL.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

const (
	requestTime = 5 * time.Second
	largest     = 64 << 10 // bytes of a document
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	server := &http.Server{Addr: ":" + port, Handler: handler(os.Getenv("BUCKET")), ReadHeaderTimeout: requestTime}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func handler(bucket string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok", "") })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		document, err := read(ctx, bucket, strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			log.Print(err)
			answer(w, http.StatusBadGateway, "", code(err))
			return
		}
		answer(w, http.StatusOK, document, "")
	})
	return mux
}

// connections are shared: each set of settings would otherwise keep some of its own open, until the server has no more.
var connections = awshttp.NewBuildableClient()

// read signs in anew: a session that was given once would outlive the right to it.
func read(ctx context.Context, bucket, key string) (string, error) {
	settings, err := config.LoadDefaultConfig(ctx, config.WithRetryMaxAttempts(1), config.WithHTTPClient(connections))
	if err != nil {
		return "", err
	}
	client := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true })
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return "", err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(io.LimitReader(got.Body, largest))
	return string(text), err
}

// code is AWS's word for why, or "NoAnswer" where it never spoke.
func code(err error) string {
	var said smithy.APIError
	if errors.As(err, &said) {
		return said.ErrorCode()
	}
	return "NoAnswer"
}

func answer(w http.ResponseWriter, status int, document, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"document": document, "error": why})
}
