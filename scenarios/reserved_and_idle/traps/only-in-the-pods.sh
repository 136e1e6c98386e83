# caught-by: reserved-within-budget
# Resized while they run, right down to what they use, and as before as soon as they are replaced.
set -euo pipefail
resize() { # APP CONTAINER CPU MEMORY
  for pod in $(kubectl -n {{ ns }} get pods -l app=$1 -o name); do
    kubectl -n {{ ns }} patch $pod --subresource=resize -p \
      "{\"spec\":{\"containers\":[{\"name\":\"$2\",\"resources\":{\"requests\":{\"cpu\":\"$3\",\"memory\":\"$4\"}}}]}}"
  done
}
resize {{ pictures }} app 10m {{ cache + 16 }}Mi
resize {{ visits }} app 10m 16Mi
resize {{ mill }} app 10m 16Mi
resize {{ mill }} press {{ work }}m 16Mi
