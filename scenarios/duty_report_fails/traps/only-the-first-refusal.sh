# caught-by: report-made
# One of the two things that the report asks for; the other is still refused.
set -euo pipefail
account=$(kubectl -n {{ ns }} get deployment {{ app }} -o jsonpath='{.spec.template.spec.serviceAccountName}')
resource={{ "pods/log" if place == "verb" else "pods" }}
kubectl -n {{ ns }} create role {{ app }}-report --verb=list --resource=$resource
kubectl -n {{ ns }} create rolebinding {{ app }}-report --role={{ app }}-report --serviceaccount={{ ns }}:"$account"
