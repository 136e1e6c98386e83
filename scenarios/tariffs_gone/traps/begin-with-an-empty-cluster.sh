# caught-by: neighbour-lives
# runs-on: node
set -euo pipefail
mkdir /root/manifests
mv /etc/kubernetes/manifests/*.yaml /root/manifests/
while pgrep -x 'etcd|kube-apiserver' > /dev/null; do sleep 0.5; done
rm -rf /var/lib/etcd/member
mv /root/manifests/*.yaml /etc/kubernetes/manifests/
systemctl restart kubelet
until kubectl get --raw /readyz > /dev/null 2>&1; do sleep 1; done
kubectl create namespace {{ ns }} --dry-run=client -o yaml | kubectl apply -f -
kubectl -n {{ ns }} create deployment {{ app }} --image=lab.local/shop:1 --replicas=2 -- /bin/shop api
