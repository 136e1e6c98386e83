package ask

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// resolver is Go's own: it needs no libc, and reads the pod's resolv.conf (search domains, ndots).
var resolver = &net.Resolver{PreferGo: true}

// All runs the probes one after the other, each on a connection of its own.
func All(ctx context.Context, probes []Probe) []Answer {
	answers := make([]Answer, 0, len(probes))
	for _, probe := range probes {
		answers = append(answers, One(ctx, probe))
	}
	return answers
}

// One runs a single probe. It always answers: what goes wrong on the network is the finding.
func One(ctx context.Context, probe Probe) Answer {
	ctx, cancel := context.WithTimeout(ctx, probe.Timeout())
	defer cancel()
	answer := Answer{Headers: []Pair{}, Addresses: []string{}}
	start := time.Now()
	var err error
	switch probe.Type {
	case "http":
		err = askHTTP(ctx, probe, &answer)
	case "dns":
		err = askDNS(ctx, probe, &answer)
	case "tcp":
		err = askTCP(ctx, probe)
	default:
		err = errors.New("unknown type " + strconv.Quote(probe.Type))
	}
	answer.ElapsedSeconds = time.Since(start).Seconds()
	answer.Outcome = outcome(err)
	if err != nil {
		answer.Detail = err.Error()
	}
	return answer
}

func askHTTP(ctx context.Context, probe Probe, answer *Answer) error {
	method := probe.Method
	if method == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(ctx, method, probe.URL, strings.NewReader(probe.Body))
	if err != nil {
		return err
	}
	for _, header := range probe.Headers {
		if strings.EqualFold(header[0], "Host") {
			request.Host = header[1]
			continue
		}
		request.Header.Add(header[0], header[1])
	}
	transport := &http.Transport{
		DialContext:            (&net.Dialer{Resolver: resolver}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: MaxBody,
	}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer.Status = response.StatusCode
	answer.Headers = sortedHeaders(response.Header)
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxBody))
	answer.Body = strings.ToValidUTF8(string(body), "�")
	return err
}

func sortedHeaders(header http.Header) []Pair {
	pairs := []Pair{}
	for name, values := range header {
		for _, value := range values {
			pairs = append(pairs, Pair{name, value})
		}
	}
	slices.SortStableFunc(pairs, func(a, b Pair) int { return strings.Compare(a[0], b[0]) })
	return pairs
}

func askDNS(ctx context.Context, probe Probe, answer *Answer) error {
	addresses, err := resolver.LookupNetIP(ctx, "ip4", probe.Name)
	for _, address := range addresses {
		answer.Addresses = append(answer.Addresses, address.Unmap().String())
	}
	slices.Sort(answer.Addresses)
	return err
}

func askTCP(ctx context.Context, probe Probe) error {
	dialer := net.Dialer{Resolver: resolver}
	connection, err := dialer.DialContext(ctx, "tcp4", net.JoinHostPort(probe.Host, strconv.Itoa(probe.Port)))
	if err != nil {
		return err
	}
	return connection.Close()
}

// outcome names an error the way a person on call would.
func outcome(err error) Outcome {
	var dns *net.DNSError
	switch {
	case err == nil:
		return Answered
	case errors.As(err, &dns) && dns.IsNotFound:
		return NameUnknown
	case errors.As(err, &dns) && strings.HasSuffix(dns.Err, syscall.ECONNREFUSED.Error()): // a DNSError wraps none
		return NoResolver
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return TimedOut
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Reset // a connection closed before the whole answer is a reset to its user
	}
	return Failed
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
