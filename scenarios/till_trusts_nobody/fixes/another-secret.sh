# An RSA key, a wildcard, a Secret of another name that the Deployment then uses.
set -euo pipefail
cd "$(mktemp -d)"
kubectl -n {{ ns }} get secret company-ca-key -o jsonpath='{.data.tls\.crt}' | base64 -d > ca.crt
kubectl -n {{ ns }} get secret company-ca-key -o jsonpath='{.data.tls\.key}' | base64 -d > ca.key
openssl req -new -newkey rsa:2048 -noenc -keyout tls.key -subj /CN=any -out tls.csr 2>/dev/null
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -days 180 -extfile <(echo 'subjectAltName=DNS:*.{{ ns }}.svc') -out tls.crt
kubectl -n {{ ns }} create secret tls {{ app }}-tls-renewed --cert=tls.crt --key=tls.key
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"volumes":[{"name":"tls","secret":{"secretName":"{{ app }}-tls-renewed"}}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
