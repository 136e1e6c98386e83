# runs-on: node
set -euo pipefail
cd "$(mktemp -d)"
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl req -new -key key.pem -subj /O=system:nodes/CN=system:node:node1 -out request.pem
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' > extensions
openssl x509 -req -in request.pem -CA /etc/kubernetes/pki/ca.crt -CAkey /etc/kubernetes/pki/ca.key \
  -days 365 -extfile extensions -out cert.pem
cat cert.pem key.pem > /var/lib/kubelet/pki/kubelet-client-new.pem
chmod 600 /var/lib/kubelet/pki/kubelet-client-new.pem
ln -sf /var/lib/kubelet/pki/kubelet-client-new.pem /var/lib/kubelet/pki/kubelet-client-current.pem
systemctl restart kubelet
kubectl wait node/node1 --for=condition=Ready --timeout=90s
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
