# caught-by: new-release-answers
set -euo pipefail
helm -n {{ ns }} rollback {{ app }} 2 --wait --timeout 90s
