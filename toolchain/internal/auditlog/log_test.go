package auditlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	authnv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	auditinternal "k8s.io/apiserver/pkg/apis/audit"
)

func event(user, verb, resource, name string) *auditinternal.Event {
	return &auditinternal.Event{
		Verb: verb, User: authnv1.UserInfo{Username: user}, StageTimestamp: metav1.NewMicroTime(time.Unix(1_800_000_000, 0)),
		ObjectRef:      &auditinternal.ObjectReference{Resource: resource, Namespace: "shop", Name: name},
		ResponseStatus: &metav1.Status{Code: 200}, SourceIPs: []string{"6.6.6.6", "10.213.0.2"},
		RequestURI: "/api/v1/namespaces/shop/" + resource + "/" + name,
	}
}

func lines(t *testing.T, text []byte) []Record {
	t.Helper()
	var found []Record
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var record Record
		if err := json.Unmarshal(line, &record); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		found = append(found, record)
	}
	return found
}

func TestWhoDidWhatIsWrittenDown(t *testing.T) {
	var file bytes.Buffer
	log := New(&file, 1<<20)
	deleted := event("candidate", "delete", "pods", "web-1")
	deleted.ImpersonatedUser = &authnv1.UserInfo{Username: "boss"}
	entered := event("candidate", "create", "pods", "web-2")
	entered.ObjectRef.Subresource, entered.RequestURI = "exec", "/x?command=rm&command=-rf&command=%2F&dryRun=All"
	log.ProcessEvents(deleted, entered, &auditinternal.Event{})
	found := lines(t, file.Bytes())
	if len(found) != 2 {
		t.Fatalf("%d lines: %s", len(found), file.String())
	}
	want := Record{
		At: "2027-01-15T08:00:00.000Z", User: "candidate", As: "boss", From: "10.213.0.2", Verb: "delete",
		Resource: "pods", Namespace: "shop", Name: "web-1", Code: 200,
	}
	if fmt.Sprint(found[0]) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", found[0], want)
	}
	if strings.Join(found[1].Command, " ") != "rm -rf /" || !found[1].DryRun || found[1].Subresource != "exec" {
		t.Errorf("%+v", found[1])
	}
}

func TestAFloodIsCountedAndWhatElseIsDoneMeanwhileIsSeen(t *testing.T) {
	var file bytes.Buffer
	log := New(&file, 1<<20)
	for range 100_000 {
		log.ProcessEvents(event("candidate", "create", "configmaps", "x"))
	}
	log.ProcessEvents(event("candidate", "delete", "deployments", "web"))
	found := lines(t, file.Bytes())
	if len(found) > 200 {
		t.Errorf("%d lines for one loop", len(found))
	}
	last := found[len(found)-1]
	if last.Verb != "delete" || last.Name != "web" {
		t.Errorf("the deed under the flood: %+v", last)
	}
	if counted := found[len(found)-2].More; counted < 50_000 {
		t.Errorf("counted %d of about 99900", counted)
	}
}

func TestAFloodOfManyKindsIsBounded(t *testing.T) {
	var file bytes.Buffer
	log := New(&file, 1<<20)
	for number := range 50_000 {
		log.ProcessEvents(event(fmt.Sprintf("robot-%d", number), "create", "configmaps", "x"))
	}
	found := lines(t, file.Bytes())
	if len(found) > burst+20*kindsMax || len(log.kinds) > kindsMax+1 {
		t.Errorf("%d lines, %d kinds", len(found), len(log.kinds))
	}
}

func TestAFullLogSaysSoAndGrowsNoMore(t *testing.T) {
	var file bytes.Buffer
	most := int64(room + 2000)
	log := New(&file, most)
	for number := range 1000 {
		log.ProcessEvents(event(fmt.Sprintf("robot-%d", number), "create", "configmaps", "x"))
	}
	found := lines(t, file.Bytes())
	if int64(file.Len()) > most || !found[len(found)-1].Full {
		t.Errorf("%d bytes of %d, last %+v", file.Len(), most, found[len(found)-1])
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestALogThatCannotBeWrittenFailsNoRequest(t *testing.T) {
	log := New(broken{}, 1<<20)
	if !log.ProcessEvents(event("candidate", "delete", "pods", "web-1")) || !log.full {
		t.Error("the request would have failed")
	}
}

func TestLongTextsAreCut(t *testing.T) {
	var file bytes.Buffer
	long := event("candidate", "create", "pods", strings.Repeat("ñ", 5000))
	long.RequestURI = "/x?" + strings.Repeat("command=y&", 500)
	New(&file, 1<<20).ProcessEvents(long)
	record := lines(t, file.Bytes())[0]
	if len(record.Name) > textMax+len("…") || len(record.Command) > 17 || file.Len() > 8<<10 {
		t.Errorf("%d bytes", file.Len())
	}
}
