# The new claim is made so that it can be filled, and the latest text is copied onto it.
set -euo pipefail
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=0
kubectl -n {{ ns }} delete pvc {{ app }}-{{ new }} --timeout=30s
kubectl -n {{ ns }} apply -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: {{ app }}-{{ new }}, namespace: {{ ns }}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: copy, namespace: {{ ns }}}
spec:
  restartPolicy: Never
  containers:
    - name: copy
      image: lab.local/busybox:1
      command: [sh, -c, "cp -a /from/. /to/"]
      volumeMounts: [{name: from, mountPath: /from, readOnly: true}, {name: to, mountPath: /to}]
  volumes:
    - {name: from, persistentVolumeClaim: {claimName: {{ app }}-{{ kept }}}}
    - {name: to, persistentVolumeClaim: {claimName: {{ app }}-{{ new }}}}
EOF
kubectl -n {{ ns }} wait pod copy --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s
kubectl -n {{ ns }} delete pod copy
kubectl -n {{ ns }} scale deployment {{ app }} --replicas=1
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
