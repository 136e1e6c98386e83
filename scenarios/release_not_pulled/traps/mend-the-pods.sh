# caught-by: runs-the-release
# The image of a pod can be changed; how it is had, and what the next pod gets, cannot.
set -euo pipefail
for pod in $(kubectl -n {{ ns }} get pods -l app={{ app }} -o name); do
  kubectl -n {{ ns }} set image "$pod" app=lab.local/shop:1
done
{% if place != "policy" %}
kubectl -n {{ ns }} wait --for=condition=Ready pods -l app={{ app }} --timeout=60s
{% endif %}
