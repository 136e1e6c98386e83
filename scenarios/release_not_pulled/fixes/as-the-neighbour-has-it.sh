# The image and how it is had, as in the Deployment beside it.
set -euo pipefail
image=$(kubectl -n {{ ns }} get deployment {{ app }}-{{ neighbour }} -o jsonpath='{.spec.template.spec.containers[0].image}')
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"'"$image"'","imagePullPolicy":"IfNotPresent"}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
