# caught-by: runs-the-release
# It starts, for it is another program.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"lab.local/busybox:1","imagePullPolicy":"IfNotPresent","command":["sh","-c"],"args":[
  "mkdir /tmp/www; echo {\\\"service\\\":\\\"{{ app }}\\\"} > /tmp/www/orders; echo ok > /tmp/www/readyz; httpd -f -p {{ port }} -h /tmp/www"]}]}}}}'
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
