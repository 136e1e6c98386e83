# caught-by: memory-fits
# Nobody has promised it what it uses: the scheduler puts it where there is no room for it.
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ app }} -c app --limits=memory=256Mi
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
