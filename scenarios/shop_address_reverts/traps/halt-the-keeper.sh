# caught-by: keeper-goes-on
set -euo pipefail
kubectl -n {{ ns }} patch cronjob {{ app }}-keeper -p '{"spec":{"suspend":true}}'
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
