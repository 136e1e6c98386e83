// Command hooks is what a candidate would write who extends Kubernetes: admission webhooks, a conversion webhook and an
// aggregated API in one server. Standard library only: tests build it alone.
//
//	hooks ADDRESS CERTIFICATE KEY
package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

type object = map[string]any

func main() {
	http.HandleFunc("/validate", review(validate))
	http.HandleFunc("/mutate", review(mutate))
	http.HandleFunc("/convert", review(convert))
	http.HandleFunc("/apis/lab.test/v1alpha1", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, object{
			"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "lab.test/v1alpha1",
			"resources": []object{{"name": "greetings", "singularName": "greeting", "namespaced": true, "kind": "Greeting", "verbs": []string{"get", "list"}}},
		})
	})
	http.HandleFunc("/apis/lab.test/v1alpha1/namespaces/", func(w http.ResponseWriter, r *http.Request) {
		// The aggregator says who asks; the certificate that proves it is not looked at here.
		greeting := object{
			"apiVersion": "lab.test/v1alpha1", "kind": "Greeting", "hello": r.Header.Get("X-Remote-User"),
			"metadata": object{"name": "one", "namespace": strings.Split(r.URL.Path, "/")[5]},
		}
		if strings.HasSuffix(r.URL.Path, "/greetings") {
			greeting = object{"apiVersion": "lab.test/v1alpha1", "kind": "GreetingList", "metadata": object{}, "items": []object{greeting}}
		}
		answer(w, greeting)
	})
	log.Fatal(http.ListenAndServeTLS(os.Args[1], os.Args[2], os.Args[3], nil))
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func review(decide func(object) object) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var asked object
		if err := json.Unmarshal(text, &asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		request := asked["request"].(object)
		response := decide(request)
		response["uid"] = request["uid"]
		answer(w, object{"apiVersion": asked["apiVersion"], "kind": asked["kind"], "response": response})
	}
}

func labels(request object) object {
	metadata, _ := request["object"].(object)["metadata"].(object)
	found, _ := metadata["labels"].(object)
	return found
}

func validate(request object) object {
	if labels(request)["forbidden"] != nil {
		return object{"allowed": false, "status": object{"message": "forbidden labels are forbidden"}}
	}
	return object{"allowed": true}
}

func mutate(request object) object {
	patch := `[{"op": "add", "path": "/metadata/labels", "value": {"mutated": "yes"}}]`
	if labels(request) != nil {
		patch = `[{"op": "add", "path": "/metadata/labels/mutated", "value": "yes"}]`
	}
	return object{"allowed": true, "patchType": "JSONPatch", "patch": base64.StdEncoding.EncodeToString([]byte(patch))}
}

// convert: v1 calls `size` what v2 calls `replicas`.
func convert(request object) object {
	wanted := request["desiredAPIVersion"].(string)
	names := map[string]string{"lab.test/v1": "size", "lab.test/v2": "replicas"}
	converted := []any{}
	for _, each := range request["objects"].([]any) {
		old := each.(object)
		spec := old["spec"].(object)
		new := object{"apiVersion": wanted, "kind": old["kind"], "metadata": old["metadata"]}
		new["spec"] = object{names[wanted]: spec[names[old["apiVersion"].(string)]]}
		converted = append(converted, new)
	}
	return object{"convertedObjects": converted, "result": object{"status": "Success"}}
}
