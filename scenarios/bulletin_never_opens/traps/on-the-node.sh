# caught-by: readers-get-the-text
# The namespace refuses pods with the node's files.
set -euo pipefail
kubectl -n {{ ns }} patch deployment {{ app }} --type=json -p '[{"op":"replace","path":"/spec/template/spec/volumes/0","value":{"name":"texts","hostPath":{"path":"/var/lib/texts","type":"DirectoryOrCreate"}}}]'
