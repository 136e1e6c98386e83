# caught-by: workload-lives
set -euo pipefail
kubectl -n {{ ns }} get deployment {{ app }} -o json |
  jq 'del(.metadata.uid, .metadata.resourceVersion, .metadata.managedFields, .status)
      | .spec.template.spec.securityContext = {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: "RuntimeDefault"}}
      | .spec.template.spec.containers[0].securityContext = {allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]}}' > /tmp/anew.json
kubectl -n {{ ns }} delete deployment {{ app }} --wait=true
kubectl -n {{ ns }} create -f /tmp/anew.json
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
