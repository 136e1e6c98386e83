# A new account with a new role; the old binding goes.
set -euo pipefail
kubectl -n {{ ns }} create serviceaccount {{ app }}
kubectl -n {{ ns }} delete rolebinding {{ app }}
kubectl -n {{ ns }} delete role {{ app }}
kubectl -n {{ ns }} create role {{ app }} --verb=get,list --resource=pods,pods/log
kubectl -n {{ ns }} create rolebinding {{ app }} --role={{ app }} --serviceaccount={{ ns }}:{{ app }}
kubectl -n {{ ns }} set serviceaccount deployment {{ app }} {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
