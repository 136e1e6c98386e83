// Command peer is both ends of the connections that tests of NetworkPolicies look at. It runs in pods.
//
//	peer serve PROTOCOL/PORT...            answer on each with one's name, until the end
//	peer ask SECONDS PROTOCOL/HOST:PORT... connect to all at once; prints {"PROTOCOL/HOST:PORT": "NAME" or ""}
//	peer early SECONDS PROTOCOL/HOST:PORT  try again and again from the first moment; prints what "watch" prints
//	peer watch SECONDS PROTOCOL/HOST:PORT  try every 10 ms; prints [[UNIX SECONDS, reached], ...], one entry per change
//	peer sweep SECONDS HOST HOSTS PORT     try HOSTS addresses from HOST on, again and again; prints those reached
//	peer hold SECONDS HOST:PORT            one connection, used every 50 ms; prints how many answers came
//	peer spoof SECONDS SOURCE HOST:PORT    send datagrams under another's address; prints how many left
//	peer heard SECONDS PORT                prints from whom datagrams came
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	attempt  = 300 * time.Millisecond
	interval = 10 * time.Millisecond
	sctp     = "ip4:132"
)

func main() {
	if os.Args[1] == "serve" {
		serve(os.Args[2:])
		return
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	must(err)
	limit := time.Duration(seconds * float64(time.Second))
	var said any
	switch os.Args[1] {
	case "ask":
		said = ask(limit, os.Args[3:])
	case "watch", "early":
		said = watch(limit, os.Args[3])
	case "sweep":
		said = sweep(limit, netip.MustParseAddr(os.Args[3]), os.Args[4], os.Args[5])
	case "hold":
		said = hold(limit, os.Args[3])
	case "spoof":
		said = spoof(limit, netip.MustParseAddr(os.Args[3]), netip.MustParseAddrPort(os.Args[4]))
	case "heard":
		said = heard(limit, os.Args[3])
	}
	must(json.NewEncoder(os.Stdout).Encode(said))
	if os.Args[1] == "early" { // a pod's main process: its log is read later
		time.Sleep(time.Hour)
	}
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}

func serve(places []string) {
	name, err := os.Hostname()
	must(err)
	associations := map[uint16]bool{}
	for _, place := range places {
		protocol, port, _ := strings.Cut(place, "/")
		switch protocol {
		case "tcp":
			listener, err := net.Listen("tcp4", ":"+port)
			must(err)
			go accept(listener, name)
		case "udp":
			connection, err := net.ListenPacket("udp4", ":"+port)
			must(err)
			go reply(connection, func([]byte) []byte { return []byte(name) })
		case "sctp":
			number, err := strconv.ParseUint(port, 10, 16)
			must(err)
			associations[uint16(number)] = true
		}
	}
	if len(associations) > 0 {
		connection, err := net.ListenPacket(sctp, "0.0.0.0")
		must(err)
		go reply(connection, func(packet []byte) []byte {
			if len(packet) < 12 || !associations[binary.BigEndian.Uint16(packet[2:])] {
				return nil
			}
			return initiation(binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint16(packet), initAck)
		})
	}
	select {}
}

// accept answers every byte that comes with the name, and greets with it.
func accept(listener net.Listener, name string) {
	for {
		connection, err := listener.Accept()
		must(err)
		go func() {
			defer connection.Close()
			byteRead := make([]byte, 1)
			for {
				if _, err := fmt.Fprintln(connection, name); err != nil {
					return
				}
				if _, err := connection.Read(byteRead); err != nil {
					return
				}
			}
		}()
	}
}

func reply(connection net.PacketConn, answer func([]byte) []byte) {
	packet := make([]byte, 1500)
	for {
		length, from, err := connection.ReadFrom(packet)
		must(err)
		if said := answer(packet[:length]); said != nil {
			_, _ = connection.WriteTo(said, from)
		}
	}
}

// The kernel need not speak SCTP: to a firewall, the first packet of an association is what counts.
const (
	initChunk = 1
	initAck   = 2
)

func initiation(from, to uint16, kind byte) []byte {
	packet := make([]byte, 32) // common header, and a chunk of 20 bytes (RFC 9260, sections 3.1 and 3.3.2)
	binary.BigEndian.PutUint16(packet, from)
	binary.BigEndian.PutUint16(packet[2:], to)
	packet[12], packet[15] = kind, 20
	binary.BigEndian.PutUint32(packet[16:], 1)
	binary.BigEndian.PutUint32(packet[20:], 65536)
	binary.BigEndian.PutUint16(packet[24:], 1)
	binary.BigEndian.PutUint16(packet[26:], 1)
	binary.BigEndian.PutUint32(packet[28:], 1)
	binary.LittleEndian.PutUint32(packet[8:], crc32.Checksum(packet, crc32.MakeTable(crc32.Castagnoli)))
	return packet
}

// dial returns the name that the other end gave; empty when there was no answer in time. An SCTP end gives none.
func dial(place string, limit time.Duration) string {
	protocol, target, _ := strings.Cut(place, "/")
	deadline := time.Now().Add(limit)
	if protocol == "sctp" {
		return associate(target, deadline)
	}
	connection, err := net.DialTimeout(protocol+"4", target, limit)
	if err != nil {
		return ""
	}
	defer connection.Close()
	must(connection.SetDeadline(deadline))
	if protocol == "udp" {
		if _, err := connection.Write([]byte("?")); err != nil {
			return ""
		}
	}
	answer := make([]byte, 100)
	length, err := connection.Read(answer)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(answer[:length]))
}

var ports = struct {
	sync.Mutex
	next uint16
}{next: uint16(20000 + time.Now().UnixNano()%20000)}

func associate(target string, deadline time.Time) string {
	place := netip.MustParseAddrPort(target)
	ports.Lock()
	ports.next++
	own := ports.next
	ports.Unlock()
	connection, err := net.ListenPacket(sctp, "0.0.0.0")
	must(err)
	defer connection.Close()
	must(connection.SetDeadline(deadline))
	if _, err := connection.WriteTo(initiation(own, place.Port(), initChunk), &net.IPAddr{IP: place.Addr().AsSlice()}); err != nil {
		return ""
	}
	packet := make([]byte, 1500)
	for {
		length, from, err := connection.ReadFrom(packet)
		if err != nil {
			return ""
		}
		isAnswer := length >= 13 && packet[12] == initAck && binary.BigEndian.Uint16(packet[2:]) == own
		if isAnswer && from.String() == place.Addr().String() {
			return "associated"
		}
	}
}

func ask(limit time.Duration, places []string) map[string]string {
	said := map[string]string{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	for _, place := range places {
		group.Go(func() {
			name := dial(place, limit)
			mutex.Lock()
			defer mutex.Unlock()
			said[place] = name
		})
	}
	group.Wait()
	return said
}

type change struct {
	at      time.Time
	reached bool
}

func (c change) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{float64(c.at.UnixNano()) / 1e9, c.reached})
}

// watch tells an attempt's fate by when it began.
func watch(limit time.Duration, place string) []change {
	found := []change{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(interval) {
		group.Go(func() {
			begun := time.Now()
			reached := dial(place, attempt) != ""
			mutex.Lock()
			defer mutex.Unlock()
			found = append(found, change{begun, reached})
		})
	}
	group.Wait()
	slices.SortFunc(found, func(a, b change) int { return a.at.Compare(b.at) })
	changes := []change{}
	for _, each := range found {
		if len(changes) == 0 || changes[len(changes)-1].reached != each.reached {
			changes = append(changes, each)
		}
	}
	return changes
}

func sweep(limit time.Duration, first netip.Addr, hosts, port string) []string {
	count, err := strconv.Atoi(hosts)
	must(err)
	reached := map[string]bool{}
	var mutex sync.Mutex
	var group sync.WaitGroup
	end := time.Now().Add(limit)
	for address := first; count > 0; address, count = address.Next(), count-1 {
		group.Go(func() {
			for ; time.Now().Before(end); time.Sleep(interval) {
				if dial("tcp/"+net.JoinHostPort(address.String(), port), 50*time.Millisecond) != "" {
					mutex.Lock()
					reached[address.String()] = true
					mutex.Unlock()
				}
			}
		})
	}
	group.Wait()
	found := []string{}
	for address := range reached {
		found = append(found, address)
	}
	return found
}

func hold(limit time.Duration, place string) int {
	connection, err := net.DialTimeout("tcp4", place, 2*time.Second)
	must(err)
	must(connection.SetDeadline(time.Now().Add(limit + 2*time.Second)))
	answers, line := 0, make([]byte, 100)
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err := connection.Read(line); err != nil {
			break
		}
		answers++
		if _, err := connection.Write([]byte("?")); err != nil {
			break
		}
	}
	return answers
}

func spoof(limit time.Duration, source netip.Addr, target netip.AddrPort) int {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_RAW, syscall.IPPROTO_RAW)
	must(err)
	packet := make([]byte, 29) // an IPv4 header, one of UDP without a checksum, one byte; the kernel fills in the rest
	packet[0], packet[8], packet[9] = 0x45, 64, syscall.IPPROTO_UDP
	copy(packet[12:], source.AsSlice())
	copy(packet[16:], target.Addr().AsSlice())
	binary.BigEndian.PutUint16(packet[20:], 4000)
	binary.BigEndian.PutUint16(packet[22:], target.Port())
	binary.BigEndian.PutUint16(packet[24:], 9)
	sent := 0
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(10 * interval) {
		if syscall.Sendto(socket, packet, 0, &syscall.SockaddrInet4{Addr: target.Addr().As4()}) == nil {
			sent++
		}
	}
	return sent
}

func heard(limit time.Duration, port string) []string {
	connection, err := net.ListenPacket("udp4", ":"+port)
	must(err)
	must(connection.SetDeadline(time.Now().Add(limit)))
	found, packet := map[string]bool{}, make([]byte, 1500)
	for {
		_, from, err := connection.ReadFrom(packet)
		if err != nil {
			return slices.Sorted(maps.Keys(found))
		}
		host, _, _ := net.SplitHostPort(from.String())
		found[host] = true
	}
}
