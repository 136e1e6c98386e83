# A headless Service made for the members; they are told to call each other there.
set -euo pipefail
domain=$(kubectl -n {{ ns }} get statefulset {{ app }} -o jsonpath='{.spec.serviceName}')
kubectl -n {{ ns }} delete service "$domain" --ignore-not-found
kubectl -n {{ ns }} create -f - <<EOF
apiVersion: v1
kind: Service
metadata: {name: $domain}
spec: {clusterIP: None, publishNotReadyAddresses: true, selector: {app: {{ app }}}, ports: [{name: peers, port: {{ port }}}]}
EOF
peers=$(printf "http://{{ app }}-%d.$domain.{{ ns }}:{{ port }}," 0 1 2)
kubectl -n {{ ns }} set env statefulset/{{ app }} PEERS="${peers%,}"
kubectl -n {{ ns }} delete pods -l app={{ app }} --wait=false
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=90s
