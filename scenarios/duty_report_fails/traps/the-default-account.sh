# caught-by: others-refused
# Every pod that names no account has this one.
set -euo pipefail
kubectl -n {{ ns }} create role {{ app }}-report --verb=get,list --resource=pods,pods/log
kubectl -n {{ ns }} create rolebinding {{ app }}-report --role={{ app }}-report --serviceaccount={{ ns }}:default
kubectl -n {{ ns }} set serviceaccount deployment {{ app }} default
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
