# runs-on: node
set -euo pipefail
pki=/etc/kubernetes/pki/etcd
live() { etcdctl --endpoints=https://127.0.0.1:2379 --cacert=$pki/ca.crt --cert=$pki/server.crt --key=$pki/server.key "$@"; }
side() { etcdctl --endpoints=http://127.0.0.1:12379 "$@"; }
etcdutl snapshot restore /var/backups/etcd/nightly.db --data-dir /root/side
etcd --data-dir /root/side --listen-client-urls http://127.0.0.1:12379 --advertise-client-urls http://127.0.0.1:12379 \
  --listen-peer-urls http://127.0.0.1:12380 > /root/side.log 2>&1 &
until side endpoint health > /dev/null 2>&1; do sleep 0.5; done
kinds='configmaps|secrets|serviceaccounts|deployments|services/specs'
side get --prefix /registry/ --keys-only | grep -E "^/registry/(namespaces/{{ ns }}|($kinds)/{{ ns }}/.*)\$" > /root/keys
while read -r key; do
  side get --print-value-only "$key" | head -c -1 > /root/value
  live put "$key" < /root/value
done < /root/keys
kill %1
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=100s
