# runs-on: node
set -euo pipefail
address=$(hostname -I | tr ' ' '\n' | head -1)
rm /etc/kubernetes/scheduler.conf /etc/kubernetes/manifests/kube-scheduler.yaml
cat > /root/kubeadm.yaml <<EOF
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $address}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
imageRepository: lab.local
kubernetesVersion: v1.35.4
EOF
kubeadm init phase kubeconfig scheduler --config /root/kubeadm.yaml
kubeadm init phase control-plane scheduler --config /root/kubeadm.yaml
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=90s
