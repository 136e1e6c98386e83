# caught-by: operator-stays-modest
set -euo pipefail
kubectl -n {{ ns }} patch role {{ op }} --type=merge -p '{"rules":[
  {"apiGroups":["{{ ns }}.example"],"resources":["sites","sites/status"],"verbs":["get","update","patch"]},
  {"apiGroups":["{{ ns }}.example"],"resources":["sites"],"verbs":["list","watch","create","delete"]},
  {"apiGroups":["apps"],"resources":["deployments","replicasets"],"verbs":["get","list","watch","create","update","patch","delete"]},
  {"apiGroups":[""],"resources":["services","secrets","configmaps"],"verbs":["get","list","watch","create","update","patch","delete"]},
  {"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch","create","delete"]}]}'
kubectl -n {{ ns }}-ops patch deployment {{ op }} -p '{"spec":{"template":{"spec":{"serviceAccountName":"{{ op }}-robot"}}}}'
kubectl -n {{ ns }}-ops set env deployment {{ op }} CR_VERSION=v1
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
sleep 4
