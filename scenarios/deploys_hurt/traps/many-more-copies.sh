# caught-by: releases-go-on
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=9
