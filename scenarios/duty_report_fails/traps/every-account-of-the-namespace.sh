# caught-by: others-refused
set -euo pipefail
kubectl -n {{ ns }} create role everybody --verb=get,list --resource=pods,pods/log
kubectl -n {{ ns }} create rolebinding everybody --role=everybody --group=system:serviceaccounts:{{ ns }}
