# The values are put right in the folder, and the release is upgraded from it.
set -euo pipefail
cd /home/work/{{ app }}-chart
sed -i -e 's|path: /ready$|path: /readyz|' -e 's|^  port: .*|  port: {{ port }}|' -e 's|{{ app }}-setting$|{{ app }}-settings|' values.yaml
helm -n {{ ns }} upgrade {{ app }} . --reset-values --wait --timeout 90s
