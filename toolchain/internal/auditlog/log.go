// Package auditlog writes what is asked of an API server into a file that must not grow without bound.
package auditlog

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/time/rate"
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
)

const (
	// room is kept free at the end of the log for saying that it is full.
	room     = 4 << 10
	textMax  = 256
	kindsMax = 512
	// A person, and what they let run, does less than this; a loop is counted rather than written down.
	burst, perSecond         = 3000, 2
	kindBurst, kindPerSecond = 100, 1
)

// Record is a line of the log: who did what to what, when, and what came of it. Never what was written.
type Record struct {
	At          string   `json:"at"`
	User        string   `json:"user"`
	As          string   `json:"as,omitempty"` // whom the user impersonated
	From        string   `json:"from,omitempty"`
	Agent       string   `json:"agent,omitempty"`
	Verb        string   `json:"verb"`
	Group       string   `json:"group,omitempty"`
	Resource    string   `json:"resource"`
	Subresource string   `json:"subresource,omitempty"`
	Namespace   string   `json:"namespace,omitempty"`
	Name        string   `json:"name,omitempty"`
	Command     []string `json:"command,omitempty"` // of exec
	DryRun      bool     `json:"dry_run,omitempty"`
	Code        int32    `json:"code,omitempty"`
	More        int      `json:"more,omitempty"` // so many alike, in all, were not written down one by one
	Full        bool     `json:"full,omitempty"` // the log has no room for what came later
}

// Log appends to a file that the host opened outside of the cell (see provisioner/cell/record.py). It is an
// audit.Backend (k8s.io/apiserver/pkg/audit).
type Log struct {
	file    io.Writer
	most    int64
	lock    sync.Mutex
	written int64
	full    bool
	all     *rate.Limiter
	kinds   map[string]*kind
}

// kind is what is alike: one user doing one thing to one kind of object.
type kind struct {
	limiter *rate.Limiter
	unsaid  int // in all
	told    int // of them, when it was last said
}

// New returns a log of at most so many bytes in a file that is empty.
func New(file io.Writer, most int64) *Log {
	return &Log{file: file, most: most, all: rate.NewLimiter(perSecond, burst), kinds: map[string]*kind{}}
}

func (l *Log) Run(<-chan struct{}) error { return nil }
func (l *Log) Shutdown()                 {}
func (l *Log) String() string            { return "labnode" }

// ProcessEvents writes each request once: when it is through, or, of what goes on for long, when it begins. It never
// fails a request.
func (l *Log) ProcessEvents(events ...*auditinternal.Event) bool {
	for _, event := range events {
		if event.ObjectRef != nil {
			l.write(newRecord(event), time.Now())
		}
	}
	return true
}

func newRecord(event *auditinternal.Event) Record {
	object := event.ObjectRef
	record := Record{
		At: event.StageTimestamp.UTC().Format("2006-01-02T15:04:05.000Z"), User: clip(event.User.Username),
		Agent: clip(event.UserAgent), Verb: clip(event.Verb),
		Group: clip(object.APIGroup), Resource: clip(object.Resource), Subresource: clip(object.Subresource),
		Namespace: clip(object.Namespace), Name: clip(object.Name),
	}
	if event.ImpersonatedUser != nil {
		record.As = clip(event.ImpersonatedUser.Username)
	}
	if len(event.SourceIPs) > 0 {
		record.From = clip(event.SourceIPs[len(event.SourceIPs)-1]) // earlier ones are what the client claims
	}
	if event.ResponseStatus != nil {
		record.Code = event.ResponseStatus.Code
	}
	if asked, err := url.ParseRequestURI(event.RequestURI); err == nil {
		query := asked.Query()
		record.DryRun = query.Has("dryRun")
		record.Command = clipAll(query["command"])
	}
	return record
}

// write puts a record down, or counts it when too many like it came before.
func (l *Log) write(record Record, now time.Time) {
	l.lock.Lock()
	defer l.lock.Unlock()
	alike := l.kindOf(&record)
	if alike.limiter.AllowN(now, 1) && l.all.AllowN(now, 1) {
		l.append(record)
		return
	}
	alike.unsaid++
	// Said whenever the number has doubled, so that a loop of any length takes few lines.
	if alike.unsaid >= 2*alike.told {
		alike.told = alike.unsaid
		record.Name, record.Command, record.More = "", nil, alike.unsaid
		l.append(record)
	}
}

// kindOf returns what is counted together with the record; those beyond the first kindsMax are counted together.
func (l *Log) kindOf(record *Record) *kind {
	key := strings.Join([]string{record.User, record.Verb, record.Group, record.Resource, record.Subresource}, "\x00")
	if _, known := l.kinds[key]; !known && len(l.kinds) >= kindsMax {
		key = ""
	}
	if l.kinds[key] == nil {
		l.kinds[key] = &kind{limiter: rate.NewLimiter(kindPerSecond, kindBurst)}
	}
	return l.kinds[key]
}

func (l *Log) append(record Record) {
	line, err := json.Marshal(record)
	if l.full || err != nil {
		return
	}
	if l.written+int64(len(line))+1 > l.most-room {
		l.full = true
		line, _ = json.Marshal(Record{At: record.At, Full: true})
	}
	written, err := l.file.Write(append(line, '\n'))
	l.written += int64(written)
	l.full = l.full || err != nil
}

func clipAll(texts []string) []string {
	if len(texts) > 16 {
		texts = append(texts[:16:16], "…")
	}
	clipped := make([]string, len(texts))
	for number, text := range texts {
		clipped[number] = clip(text)
	}
	return clipped
}

func clip(text string) string {
	if len(text) <= textMax {
		return text
	}
	text = text[:textMax]
	for !utf8.ValidString(text) && len(text) > textMax-utf8.UTFMax {
		text = text[:len(text)-1]
	}
	return text + "…"
}
