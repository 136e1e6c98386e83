# The other way round: what the API server asks for is there, or it trusts the very certificate that it is shown.
set -euo pipefail
{% if place == "authority" %}
leaf=$(kubectl -n {{ ns }}-ops get secret {{ guard }}-tls -o jsonpath='{.data.tls\.crt}')
kubectl patch validatingwebhookconfiguration {{ guard }}.{{ ns }} --type=json -p "[{\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\"$leaf\"}]"
{% elif place == "service" %}
kubectl -n {{ ns }}-ops apply -f - <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: {{ guard }}-{{ former }}}
spec: {selector: {app: {{ guard }}}, ports: [{name: https, port: 443, targetPort: https}]}
YAML
{% else %}
kubectl -n {{ ns }}-ops patch service {{ guard }}-api --type=json -p '[{"op":"add","path":"/spec/ports/-","value":{"name":"https-alt","port":8443,"targetPort":"https"}}]'
{% endif %}
sleep 1
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=0
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=2
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
