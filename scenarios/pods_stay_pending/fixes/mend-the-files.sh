# runs-on: node
set -euo pipefail
cd /etc/kubernetes
sed -i 's#:6444#:6443#' scheduler.conf
sed -e 's#/etc/kubernetes/kube-scheduler\.conf#/etc/kubernetes/scheduler.conf#' -e 's#--leader-elected=#--leader-elect=#' \
  manifests/kube-scheduler.yaml > /tmp/kube-scheduler.yaml
rm manifests/kube-scheduler.yaml
while pgrep -x kube-scheduler > /dev/null; do sleep 1; done
mv /tmp/kube-scheduler.yaml manifests/
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
