package ask

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// headerFlag collects -H flags.
type headerFlag []Pair

func (h *headerFlag) String() string { return fmt.Sprint([]Pair(*h)) }

func (h *headerFlag) Set(text string) error {
	name, value, found := strings.Cut(text, ":")
	if !found {
		return fmt.Errorf("%q has no colon", text)
	}
	*h = append(*h, Pair{strings.TrimSpace(name), strings.TrimSpace(value)})
	return nil
}

func basic(credentials string) Pair {
	return Pair{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))}
}
