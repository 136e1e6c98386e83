# caught-by: count-shown
# The Jobs complete, and count nothing.
set -euo pipefail
kubectl -n {{ ns }} patch cronjob {{ app }}-count -p '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"name":"app","command":["sh","-c","exit 0"]}]}}}}}}'
