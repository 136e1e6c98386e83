# Where the service is, and who signs for it.
set -euo pipefail
ca=$(kubectl -n {{ ns }}-ops get configmap {{ guard }}-ca -o jsonpath='{.data.ca\.crt}' | base64 -w0)
kubectl patch validatingwebhookconfiguration {{ guard }}.{{ ns }} --type=json -p "[
  {\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/service\",\"value\":{\"namespace\":\"{{ ns }}-ops\",\"name\":\"{{ guard }}-api\",\"path\":\"/validate\",\"port\":443}},
  {\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\"$ca\"}]"
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
