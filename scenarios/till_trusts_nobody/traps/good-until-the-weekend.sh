# caught-by: certificate-lasts
set -euo pipefail
cd "$(mktemp -d)"
kubectl -n {{ ns }} get secret company-ca-key -o jsonpath='{.data.tls\.crt}' | base64 -d > ca.crt
kubectl -n {{ ns }} get secret company-ca-key -o jsonpath='{.data.tls\.key}' | base64 -d > ca.key
openssl genpkey -algorithm ed25519 -out tls.key
openssl req -new -key tls.key -subj /CN={{ app }} -out tls.csr
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -days 3 -extfile <(echo subjectAltName=DNS:{{ app }}.{{ ns }}.svc) -out tls.crt
kubectl -n {{ ns }} create secret tls {{ app }}-tls --cert=tls.crt --key=tls.key --dry-run=client -o yaml | kubectl -n {{ ns }} replace -f -
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
