// Command pause holds a pod's namespaces open, reaps the children that land on it, and ends on SIGTERM or SIGINT.
//
// A lab runs a dozen of these. It works in a C constructor, before Go's runtime starts (as runc does to enter
// namespaces), so that each costs some tens of KiB instead of a Go runtime's megabyte or two, and `go build` makes it
// like every other tool.
package main

/*
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((constructor)) static void hold(void) {
	sigset_t wanted;
	int received;
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGCHLD);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	for (;;) {
		if (sigwait(&wanted, &received) != 0)
			_exit(2);
		if (received != SIGCHLD)
			_exit(0);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
*/
import "C"

func main() {}
