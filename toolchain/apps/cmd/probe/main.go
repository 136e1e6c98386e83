// Command probe asks a network questions from inside a pod.
//
//	probe sleep          wait for SIGTERM (the main process of a probe pod)
//	probe ask [JSON]     run a JSON list of probes (argument, or stdin) and print the list of answers
//	probe serve          the same for every line of stdin, until it ends: starting a process in a container takes 0.1 s
//	probe get URL        an HTTP client for people
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"taller.dev/apps/internal/ask"
)

const usage = "usage: probe sleep | probe ask [JSON] | probe serve | probe get [-v] [-n TIMES] URL"

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run returns the exit status: 0 done, 1 what was asked for failed, 2 the request cannot be read.
func run(args []string, in io.Reader, out, errors io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(errors, usage)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	switch args[0] {
	case "sleep":
		<-ctx.Done()
		return 0
	case "ask":
		return answer(ctx, args[1:], in, out, errors)
	case "serve":
		return serve(ctx, in, out, errors)
	case "get":
		return ask.Get(ctx, args[1:], out, errors)
	}
	fmt.Fprintln(errors, usage)
	return 2
}

func answer(ctx context.Context, args []string, in io.Reader, out, errors io.Writer) int {
	text := []byte{}
	if len(args) > 0 {
		text = []byte(args[0])
	} else {
		var err error
		if text, err = io.ReadAll(in); err != nil {
			fmt.Fprintln(errors, "probe:", err)
			return 2
		}
	}
	probes, err := ask.Decode(text)
	if err != nil {
		fmt.Fprintln(errors, "probe:", err)
		return 2
	}
	if err := json.NewEncoder(out).Encode(ask.All(ctx, probes)); err != nil {
		fmt.Fprintln(errors, "probe:", err)
		return 1
	}
	return 0
}

// longestLine is above what the grader sends at once, and below what would fill the container's memory.
const longestLine = 8 << 20

// serve answers line by line; it ends with the first line that cannot be read, since the next answer would be taken for
// this one's.
func serve(ctx context.Context, in io.Reader, out, errors io.Writer) int {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	for lines.Scan() {
		if status := answer(ctx, []string{lines.Text()}, nil, out, errors); status != 0 {
			return status
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(errors, "probe:", err)
		return 2
	}
	return 0
}
