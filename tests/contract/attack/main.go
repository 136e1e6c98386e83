// Command attack does what a shell in a lab cannot: each subcommand tries one thing and says what became of it.
// The isolation tests copy it into a lab and expect it to fail there; on the host (as root) the same calls succeed.
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
	"unsafe"
)

const (
	sysPidfdOpen, sysPidfdGetfd = 434, 438
	sysIoUringSetup             = 425
)

func main() {
	switch os.Args[1] {
	case "dial": // dial HOST:PORT SECONDS
		seconds, _ := strconv.ParseFloat(os.Args[3], 64)
		connection, err := net.DialTimeout("tcp", os.Args[2], time.Duration(seconds*float64(time.Second)))
		if err != nil {
			fmt.Println("failed:", err)
			return
		}
		connection.Close()
		fmt.Println("connected")
	case "udp": // udp HOST:PORT: a datagram, which needs no answer
		connection, err := net.Dial("udp", os.Args[2])
		if err == nil {
			_, err = connection.Write([]byte("attack"))
		}
		fmt.Println("sent:", err)
	case "serve": // serve PORT: accept connections
		listener, err := net.Listen("tcp", ":"+os.Args[2])
		if err == nil {
			fmt.Println("listening")
			for err == nil {
				_, err = listener.Accept()
			}
		}
		fmt.Println("accepted:", err)
	case "fill": // fill PID FD BYTES: write through another process's descriptor
		fill(number(2), number(3), number(4))
	case "inotify": // inotify N SECONDS: take N instances and keep them
		taken := 0
		for ; taken < number(2); taken++ {
			if _, err := syscall.InotifyInit1(0); err != nil {
				break
			}
		}
		fmt.Println("taken:", taken)
		time.Sleep(time.Duration(number(3)) * time.Second)
	case "syscalls":
		report("io_uring_setup", sysIoUringSetup, 1, uintptr(unsafe.Pointer(&[120]byte{})), 0)
		report("syslog", syscall.SYS_SYSLOG, 10, 0, 0) // SYSLOG_ACTION_SIZE_BUFFER
		report("tiocsti", syscall.SYS_IOCTL, 0, 1<<32|0x5412, uintptr(unsafe.Pointer(&[1]byte{'x'})))
		report("getpid", syscall.SYS_GETPID, 0, 0, 0)
	case "eat": // eat MIB: touch that much memory
		for eaten := 0; eaten < number(2); eaten += 16 {
			kept = append(kept, bytes.Repeat([]byte{1}, 16<<20))
		}
		fmt.Println("eaten:", number(2))
	case "fork": // fork N SECONDS: that many processes, kept
		started := 0
		for ; started < number(2); started++ {
			if _, err := os.StartProcess("/bin/sleep", []string{"sleep", os.Args[3]}, &os.ProcAttr{}); err != nil {
				fmt.Println("refused:", err)
				break
			}
		}
		fmt.Println("started:", started)
	}
}

var kept [][]byte

func number(index int) int {
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		panic(err)
	}
	return value
}

func report(name string, number, a, b, c uintptr) {
	_, _, errno := syscall.Syscall(number, a, b, c)
	fmt.Printf("%s: %d\n", name, errno)
}

func fill(pid, fd, size int) {
	process, _, errno := syscall.Syscall(sysPidfdOpen, uintptr(pid), 0, 0)
	if errno != 0 {
		fmt.Println("pidfd_open:", errno)
		return
	}
	stolen, _, errno := syscall.Syscall(sysPidfdGetfd, process, uintptr(fd), 0)
	if errno != 0 {
		fmt.Println("pidfd_getfd:", errno)
		return
	}
	fmt.Println("stolen")
	block, written := bytes.Repeat([]byte("attack\n"), 9000), 0
	for written < size {
		n, err := syscall.Write(int(stolen), block)
		written += max(n, 0)
		if err != nil {
			fmt.Println("write:", err)
			break
		}
	}
	fmt.Println("written:", written)
}
