# caught-by: members-joined
# Whoever answers behind the clients' Service is taken for every peer.
set -euo pipefail
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"publishNotReadyAddresses":true}}'
kubectl -n {{ ns }} set env statefulset/{{ app }} PEERS=http://{{ app }},http://{{ app }}:80,http://{{ app }}.{{ ns }}
kubectl -n {{ ns }} delete pods -l app={{ app }} --wait=false
kubectl -n {{ ns }} rollout status statefulset {{ app }} --timeout=60s
