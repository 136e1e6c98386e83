package auditlog

import (
	"testing"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

func TestWhatIsRecorded(t *testing.T) {
	policy := NewPolicy([]string{"system:kube-scheduler"})
	for _, each := range []struct {
		user, verb, group, resource, subresource string
		recorded                                 bool
	}{
		{"candidate", "delete", "apps", "deployments", "", true},
		{"candidate", "create", "", "pods", "exec", true},
		{"candidate", "get", "", "pods", "exec", true},
		{"candidate", "get", "", "secrets", "", true},
		{"candidate", "create", "", "serviceaccounts", "token", true},
		{"candidate", "get", "", "pods", "", false},
		{"candidate", "watch", "", "pods", "", false},
		{"candidate", "update", "coordination.k8s.io", "leases", "", false},
		{"candidate", "create", "authorization.k8s.io", "selfsubjectaccessreviews", "", false},
		{"system:kube-scheduler", "create", "", "pods", "binding", false},
		{"system:node:node1", "patch", "", "nodes", "status", false},
		{"system:serviceaccount:kube-system:coredns", "delete", "", "pods", "", true},
	} {
		config := policy.EvaluatePolicyRule(authorizer.AttributesRecord{
			User: &user.DefaultInfo{Name: each.user}, Verb: each.verb, APIGroup: each.group, Resource: each.resource,
			Subresource: each.subresource, ResourceRequest: true,
		})
		// Never more than metadata: bodies hold Secrets.
		want := auditinternal.LevelNone
		if each.recorded {
			want = auditinternal.LevelMetadata
		}
		if config.Level != want {
			t.Errorf("%+v: %s", each, config.Level)
		}
	}
}

func TestAnExecIsRecordedWhenItBegins(t *testing.T) {
	config := NewPolicy(nil).EvaluatePolicyRule(authorizer.AttributesRecord{
		User: &user.DefaultInfo{Name: "candidate"}, Verb: "create", Resource: "pods", Subresource: "exec", ResourceRequest: true,
	})
	for _, stage := range config.OmitStages {
		if stage == auditinternal.StageResponseStarted {
			t.Error("its beginning is left out")
		}
	}
}
