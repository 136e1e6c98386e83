# caught-by: copies-may-move
# It helps with copies that are in trouble; these are not.
set -euo pipefail
for name in {{ area }} {{ area }}-{{ third }}; do
  kubectl -n {{ ns }} patch pdb "$name" --type=merge -p '{"spec":{"unhealthyPodEvictionPolicy":"AlwaysAllow"}}'
done
