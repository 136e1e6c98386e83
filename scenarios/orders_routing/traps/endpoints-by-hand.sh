# caught-by: finds-its-own-pods
# Right until a pod is replaced: addresses written by hand follow nobody.
set -euo pipefail
addresses=$(kubectl -n {{ ns }} get pods -l app={{ app }},{{ key }}={{ own }} -o jsonpath='{range .items[*]}{.status.podIP}{"\n"}{end}')
kubectl -n {{ ns }} patch service {{ app }} --type=json -p '[{"op":"remove","path":"/spec/selector"}]'
kubectl -n {{ ns }} delete endpoints {{ app }}
kubectl -n {{ ns }} delete endpointslices -l kubernetes.io/service-name={{ app }}
{
  printf 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\naddressType: IPv4\n'
  printf 'metadata: {name: {{ app }}-fixed, labels: {kubernetes.io/service-name: {{ app }}}}\n'
  printf 'ports: [{name: http, port: {{ port }}, protocol: TCP}]\nendpoints:\n'
  for address in $addresses; do printf -- '- {addresses: ["%s"], conditions: {ready: true}}\n' "$address"; done
} | kubectl -n {{ ns }} apply -f -
