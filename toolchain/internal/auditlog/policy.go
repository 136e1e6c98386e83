package auditlog

import (
	"strings"

	auditinternal "k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

var (
	writes = map[string]bool{"create": true, "update": true, "patch": true, "delete": true, "deletecollection": true}
	// enters are ways into a pod, whatever the verb.
	enters = map[string]bool{"exec": true, "attach": true, "portforward": true, "proxy": true}
	// unremarkable is written all the time by anything that elects a leader or tells what it does.
	unremarkable = map[string]bool{"leases": true, "events": true}
	// questions are asked by creating an object.
	questions = map[string]bool{"authorization.k8s.io": true, "authentication.k8s.io": true}
)

// Policy: metadata of writes, of ways into pods and of reads of Secrets, by everybody but the components.
type Policy struct{ components map[string]bool }

// NewPolicy leaves out what the named users do, and all kubelets.
func NewPolicy(components []string) *Policy {
	policy := &Policy{map[string]bool{}}
	for _, user := range components {
		policy.components[user] = true
	}
	return policy
}

// EvaluatePolicyRule: a request is written once. Of those that last, such as an exec, the beginning: they may never end.
func (p *Policy) EvaluatePolicyRule(request authorizer.Attributes) audit.RequestAuditConfig {
	if !p.isRecorded(request) {
		return audit.RequestAuditConfig{Level: auditinternal.LevelNone}
	}
	omitted := []auditinternal.Stage{auditinternal.StageRequestReceived, auditinternal.StageResponseStarted}
	if enters[request.GetSubresource()] {
		omitted = []auditinternal.Stage{auditinternal.StageRequestReceived, auditinternal.StageResponseComplete}
	}
	return audit.RequestAuditConfig{Level: auditinternal.LevelMetadata, OmitStages: omitted}
}

func (p *Policy) isRecorded(request authorizer.Attributes) bool {
	if !request.IsResourceRequest() || p.isComponent(request) || unremarkable[request.GetResource()] {
		return false
	}
	if questions[request.GetAPIGroup()] {
		return false
	}
	return writes[request.GetVerb()] || enters[request.GetSubresource()] || request.GetResource() == "secrets"
}

func (p *Policy) isComponent(request authorizer.Attributes) bool {
	user := request.GetUser()
	return user != nil && (p.components[user.GetName()] || strings.HasPrefix(user.GetName(), "system:node:"))
}
