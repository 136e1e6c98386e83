# caught-by: finds-its-own-pods
# Right until the next rollout: then nothing carries this hash any more.
set -euo pipefail
hash=$(kubectl -n {{ ns }} get pods -l app={{ app }},{{ key }}={{ own }} -o jsonpath='{.items[0].metadata.labels.pod-template-hash}')
kubectl -n {{ ns }} patch service {{ app }} --type=merge -p "{\"spec\":{\"selector\":{\"pod-template-hash\":\"$hash\"}}}"
