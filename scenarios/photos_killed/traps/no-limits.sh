# caught-by: pictures-answered
# The namespace's default takes their place.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/resources","value":{"requests":{"cpu":"10m","memory":"16Mi"}}}]'
