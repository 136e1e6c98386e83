# caught-by: promised-what-they-use
# What is promised is also all there is: too little for the pictures, whose new copies are killed again and again.
set -euo pipefail
kubectl -n {{ ns }} set resources deployment {{ pictures }} -c app --requests=cpu=10m,memory=32Mi --limits=memory=32Mi
kubectl -n {{ ns }} set resources deployment {{ visits }} -c app --requests=cpu=10m,memory=16Mi
kubectl -n {{ ns }} set resources deployment {{ mill }} -c app --requests=cpu=10m,memory=16Mi
kubectl -n {{ ns }} set resources deployment {{ mill }} -c press --requests=cpu={{ work }}m,memory=16Mi
