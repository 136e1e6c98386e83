# caught-by: node-ready
# runs-on: node
set -euo pipefail
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
kubectl patch node node1 --subresource=status --type=strategic -p '{"status":{"conditions":[{"type":"Ready","status":"True",
  "reason":"KubeletReady","lastHeartbeatTime":"'$now'","lastTransitionTime":"'$now'"}]}}'
kubectl taint node node1 node.kubernetes.io/unreachable- || true
