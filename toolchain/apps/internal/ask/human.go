package ask

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// Get is a small HTTP client for people: it prints the body and returns an exit status.
//
// 0: answered below 400 · 1: no answer, or 400 and above · 2: wrong usage.
func Get(ctx context.Context, args []string, out, errors io.Writer) int {
	flags := flag.NewFlagSet("get", flag.ContinueOnError)
	flags.SetOutput(errors)
	var headers headerFlag
	method := flags.String("X", "GET", "method")
	body := flags.String("d", "", "body to send")
	user := flags.String("u", "", "user:password for basic authentication")
	timeout := flags.Duration("m", DefaultTimeout, "time-out")
	repeat := flags.Int("n", 1, "how often to ask, on a new connection each time")
	verbose := flags.Bool("v", false, "print the headers of the answer too")
	flags.Var(&headers, "H", "header, `\"Name: value\"`; may be given again")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() != 1 {
		fmt.Fprintln(errors, "usage: get [-v] [-n TIMES] [-X METHOD] [-H 'Name: value'] [-u user:password] [-d BODY] URL")
		return 2
	}
	if *user != "" {
		headers = append(headers, basic(*user))
	}
	probe := Probe{
		Type: "http", URL: withScheme(flags.Arg(0)), Method: *method, Headers: headers, Body: *body,
		TimeoutSeconds: timeout.Seconds(),
	}
	status := 0
	for range *repeat {
		if !show(One(ctx, probe), *verbose, out, errors) {
			status = 1
		}
	}
	return status
}

func show(answer Answer, verbose bool, out, errors io.Writer) bool {
	if answer.Status == 0 {
		fmt.Fprintf(errors, "%s: %s\n", answer.Outcome, answer.Detail)
		return false
	}
	elapsed := time.Duration(answer.ElapsedSeconds * float64(time.Second)).Round(100 * time.Microsecond)
	fmt.Fprintf(errors, "HTTP %d in %s\n", answer.Status, elapsed)
	if verbose {
		for _, header := range answer.Headers {
			fmt.Fprintf(errors, "%s: %s\n", header[0], header[1])
		}
	}
	fmt.Fprint(out, answer.Body)
	if !strings.HasSuffix(answer.Body, "\n") {
		fmt.Fprintln(out)
	}
	return answer.Outcome == Answered && answer.Status < 400
}

func withScheme(url string) string {
	if strings.Contains(url, "://") {
		return url
	}
	return "http://" + url
}
