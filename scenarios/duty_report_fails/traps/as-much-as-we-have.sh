# caught-by: account-may-no-more
# It works, and now the report may read every key and remove every pod.
set -euo pipefail
account=$(kubectl -n {{ ns }} get deployment {{ app }} -o jsonpath='{.spec.template.spec.serviceAccountName}')
kubectl -n {{ ns }} create role {{ app }}-everything --verb=get,list,watch --resource=pods,secrets,configmaps,services
kubectl -n {{ ns }} create role {{ app }}-logs --verb=get --resource=pods/log
for role in {{ app }}-everything {{ app }}-logs; do
  kubectl -n {{ ns }} create rolebinding "$role" --role="$role" --serviceaccount={{ ns }}:"$account"
done
