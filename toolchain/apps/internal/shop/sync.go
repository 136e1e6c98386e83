package shop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// change is one file of SYNC_DIR: a strategic merge patch, and the object in the pod's own namespace that it is for.
// $NOW in the patch stands for the time.
type change struct {
	Path  string          `json:"path"` // e.g. api/v1/configmaps/prices; the namespace is put in
	Patch json.RawMessage `json:"patch"`
}

// sync makes every change once; one that cannot be made does not keep it from the others.
func (s *service) sync(ctx context.Context) error {
	files, err := filepath.Glob(filepath.Join(s.config.SyncDir, "*.json"))
	if err != nil {
		return err
	}
	var problems []error
	for _, file := range files {
		path, err := s.apply(ctx, file)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", filepath.Base(file), err))
			continue
		}
		s.log.Printf("%s: applied to %s", filepath.Base(file), path)
	}
	return errors.Join(problems...)
}

func (s *service) apply(ctx context.Context, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var wanted change
	text = bytes.ReplaceAll(text, []byte("$NOW"), []byte(time.Now().UTC().Format(time.RFC3339)))
	if err := json.Unmarshal(text, &wanted); err != nil {
		return "", err
	}
	group, object, found := cutTwo(wanted.Path)
	if !found {
		return "", fmt.Errorf("path %q is not like api/v1/configmaps/NAME or apis/apps/v1/deployments/NAME", wanted.Path)
	}
	// Who looks at the object's managed fields finds this program's name.
	place := "/" + group + "/namespaces/" + s.config.Kube.namespace() + "/" + object
	_, err = s.config.Kube.call(ctx, http.MethodPatch, place+"?fieldManager="+url.QueryEscape(s.config.Service), wanted.Patch)
	return wanted.Path, err
}

// cutTwo cuts a path before its last two parts.
func cutTwo(path string) (before, last string, found bool) {
	parts := strings.Split(path, "/")
	if len(parts) < 4 {
		return "", "", false
	}
	cut := len(parts) - 2
	return strings.Join(parts[:cut], "/"), strings.Join(parts[cut:], "/"), true
}
