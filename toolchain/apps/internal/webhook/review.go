package webhook

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// review is the part of an AdmissionReview that we need, see
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/.
type review struct {
	APIVersion string    `json:"apiVersion"`
	Kind       string    `json:"kind"`
	Request    *request  `json:"request,omitempty"`
	Response   *response `json:"response,omitempty"`
}

type request struct {
	UID       string `json:"uid"`
	Operation string `json:"operation"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Object    object `json:"object"`
}

type response struct {
	UID       string  `json:"uid"`
	Allowed   bool    `json:"allowed"`
	PatchType *string `json:"patchType,omitempty"`
	Patch     []byte  `json:"patch,omitempty"` // JSON gives bytes in base64, which is what the API server wants
	Status    *status `json:"status,omitempty"`
}

type status struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
}

type object struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name         string            `json:"name"`
		GenerateName string            `json:"generateName"`
		Labels       map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Containers     []container `json:"containers"`
		InitContainers []container `json:"initContainers"`
	} `json:"spec"`
}

type container struct {
	Name      string `json:"name"`
	Image     string `json:"image"`
	Resources struct {
		Limits   map[string]string `json:"limits"`
		Requests map[string]string `json:"requests"`
	} `json:"resources"`
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value string `json:"value"`
}

// capped returns the changes that bring every container's memory down to the cap of its pod.
func (c Config) capped(pod object) []operation {
	limit, isNamed := c.Profiles[pod.Metadata.Labels["memory-profile"]]
	if !isNamed {
		limit = c.CapMiB
	}
	if limit == 0 {
		return nil
	}
	var changes []operation
	lower := func(place string, amounts map[string]string) {
		amount, found := amounts["memory"]
		if value, err := bytes(amount); found && err == nil && value > limit<<20 {
			changes = append(changes, operation{"replace", place + "/memory", fmt.Sprintf("%dMi", limit)})
		}
	}
	for index, each := range pod.Spec.Containers {
		place := "/spec/containers/" + strconv.Itoa(index) + "/resources/"
		lower(place+"limits", each.Resources.Limits)
		lower(place+"requests", each.Resources.Requests)
	}
	return changes
}

// objections says why an object is refused; empty when it is not.
func (c Config) objections(found object) string {
	var problems []string
	for _, label := range c.Labels {
		if found.Metadata.Labels[label] == "" {
			problems = append(problems, "the label "+label+" is missing")
		}
	}
	for _, each := range slices.Concat(found.Spec.Containers, found.Spec.InitContainers) {
		fits := func(prefix string) bool { return strings.HasPrefix(each.Image, prefix) }
		if len(c.Prefixes) > 0 && !slices.ContainsFunc(c.Prefixes, fits) {
			problems = append(problems, "the image "+each.Image+" comes from elsewhere than "+strings.Join(c.Prefixes, ", "))
		}
	}
	return strings.Join(problems, "; ")
}

// answer judges a request of either path.
func (c Config) answer(asked request, mutates bool) response {
	given := response{UID: asked.UID, Allowed: true}
	if mutates {
		if changes := c.capped(asked.Object); len(changes) > 0 {
			kind := "JSONPatch"
			given.PatchType = &kind
			given.Patch, _ = json.Marshal(changes) // plain texts always can be
		}
		return given
	}
	if why := c.objections(asked.Object); why != "" {
		given.Allowed = false
		given.Status = &status{Message: why, Code: 403}
	}
	return given
}

var units = []struct {
	suffix string
	factor int64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40},
	{"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"m", 0}, {"", 1},
}

// bytes reads a quantity of memory; thousandths of a byte are none.
func bytes(quantity string) (int64, error) {
	for _, unit := range units {
		number, found := strings.CutSuffix(quantity, unit.suffix)
		if !found {
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		return int64(value * float64(unit.factor)), err
	}
	return 0, fmt.Errorf("%q is no quantity", quantity)
}
