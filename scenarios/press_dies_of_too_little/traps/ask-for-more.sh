# caught-by: newsroom-is-answered
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ app }} --limits=memory=512Mi
sleep 5
