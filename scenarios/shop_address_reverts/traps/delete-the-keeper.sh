# caught-by: keeper-lives
set -euo pipefail
kubectl -n {{ ns }} delete cronjob {{ app }}-keeper
kubectl -n {{ ns }} patch service {{ app }} -p '{"spec":{"selector":{"app":"{{ app }}","{{ key }}":"{{ own }}"},"ports":[{"port":80,"targetPort":{{ port }}}]}}'
