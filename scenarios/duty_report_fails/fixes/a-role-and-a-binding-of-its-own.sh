# Just what the report needs, beside what is there, for the account that the copies have now.
set -euo pipefail
account=$(kubectl -n {{ ns }} get deployment {{ app }} -o jsonpath='{.spec.template.spec.serviceAccountName}')
kubectl -n {{ ns }} create role {{ app }}-report --verb=list --resource=pods
kubectl -n {{ ns }} create role {{ app }}-report-logs --verb=get --resource=pods/log
kubectl -n {{ ns }} create rolebinding {{ app }}-report --role={{ app }}-report --serviceaccount={{ ns }}:"$account"
kubectl -n {{ ns }} create rolebinding {{ app }}-report-logs --role={{ app }}-report-logs --serviceaccount={{ ns }}:"$account"
