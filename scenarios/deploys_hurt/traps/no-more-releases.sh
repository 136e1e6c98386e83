# caught-by: releases-go-on
set -euo pipefail
kubectl -n {{ ns }} rollout pause deployment {{ app }}
