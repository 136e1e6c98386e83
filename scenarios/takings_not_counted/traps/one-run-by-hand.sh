# caught-by: counted-on-schedule
# The wallboard is right, until somebody looks again.
set -euo pipefail
kubectl -n {{ ns }} create job {{ app }}-count-now --from=cronjob/{{ app }}-count --dry-run=client -o json |
  sed -e 's/"activeDeadlineSeconds": 4,/"activeDeadlineSeconds": 60,/' -e 's/"6000"/"6"/' -e 's/:{{ old_port }}"/:{{ store_port }}"/' |
  kubectl -n {{ ns }} create -f -
kubectl -n {{ ns }} wait --for=condition=complete job/{{ app }}-count-now --timeout=60s
