# A Secret for this application alone; the Service is given the port's number, or the labels that the pods have.
set -euo pipefail
data=$(kubectl -n {{ ns }} get secret {{ app }}-vault-auth -o jsonpath='{.data}')
kubectl -n {{ ns }} create secret generic {{ app }}-credentials
kubectl -n {{ ns }} patch secret {{ app }}-credentials --type=merge -p "{\"data\":$data}"
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[
  {"op":"add","path":"/spec/template/spec/containers/0/envFrom","value":[{"secretRef":{"name":"{{ app }}-credentials"}}]}]'
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[
  {"name":"STORE_USER","valueFrom":{"secretKeyRef":{"name":"{{ app }}-credentials","key":"username"}}},
  {"name":"STORE_PASSWORD","valueFrom":{"secretKeyRef":{"name":"{{ app }}-credentials","key":"password"}}}]}]}}}}'
kubectl -n {{ ns }} patch service {{ app }} --type=merge -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":null},"ports":[{"port":{{ port }},"targetPort":{{ port }}}]}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
