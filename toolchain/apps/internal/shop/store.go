package shop

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// records is the store's memory: keys to JSON documents.
type records struct {
	mutex     sync.RWMutex
	documents map[string]json.RawMessage
}

func newRecords() *records {
	return &records{documents: map[string]json.RawMessage{"orders": currentOrders}}
}

func (r *records) read(w http.ResponseWriter, request *http.Request) {
	r.mutex.RLock()
	document, found := r.documents[request.PathValue("key")]
	r.mutex.RUnlock()
	if !found {
		http.Error(w, `{"error":"no such key"}`, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(document) // the client hung up: nobody is left to tell
}

func (r *records) write(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, maxUpstreamBody))
	if err != nil || !json.Valid(body) {
		http.Error(w, `{"error":"not a JSON document of at most 1 MiB"}`, http.StatusBadRequest)
		return
	}
	r.mutex.Lock()
	r.documents[request.PathValue("key")] = body
	r.mutex.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (r *records) remove(w http.ResponseWriter, request *http.Request) {
	r.mutex.Lock()
	_, found := r.documents[request.PathValue("key")]
	delete(r.documents, request.PathValue("key"))
	r.mutex.Unlock()
	if !found {
		http.Error(w, `{"error":"no such key"}`, http.StatusNotFound)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// list answers all keys, sorted.
func (r *records) list(w http.ResponseWriter, _ *http.Request) {
	r.mutex.RLock()
	keys := slices.Sorted(maps.Keys(r.documents))
	r.mutex.RUnlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys}) // as in read
}

// withCredentials lets in only the store's one user, unless authentication was switched off.
func (s *service) withCredentials(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if s.config.StoreAuth && !(equal(user, s.config.StoreUser) && equal(password, s.config.StorePassword)) {
			s.log.Printf("authentication failed for user %q from %s", user, r.RemoteAddr)
			w.Header().Set("WWW-Authenticate", `Basic realm="store"`)
			s.reply(w, http.StatusUnauthorized, map[string]any{"error": "authentication failed"})
			return
		}
		next(w, r)
	}
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
