# caught-by: operator-stays-modest
set -euo pipefail
kubectl -n {{ ns }} patch role {{ op }} --type=merge -p '{"rules":[
  {"apiGroups":["{{ ns }}.example"],"resources":["channels","channels/status"],"verbs":["get","update","patch"]},
  {"apiGroups":["{{ ns }}.example"],"resources":["channels"],"verbs":["list","watch","create","delete"]},
  {"apiGroups":["apps"],"resources":["deployments","replicasets"],"verbs":["get","list","watch","create","update","patch","delete"]},
  {"apiGroups":[""],"resources":["services","secrets","configmaps"],"verbs":["get","list","watch","create","update","patch","delete"]},
  {"apiGroups":[""],"resources":["pods"],"verbs":["get","list","watch","create","delete"]}]}'
kubectl -n {{ ns }} patch rolebinding {{ op }} --type=json -p '[{"op":"replace","path":"/subjects/0/name","value":"{{ op }}-robot"}]'
kubectl -n {{ ns }}-ops scale deployment {{ op }} --replicas=1
kubectl -n {{ ns }}-ops rollout status deployment {{ op }} --timeout=60s
kubectl -n {{ ns }} wait channel {{ old }} --for=delete --timeout=60s
kubectl -n {{ ns }} wait deployment {{ old }} --for=delete --timeout=60s
