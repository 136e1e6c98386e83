# caught-by: history-kept
set -euo pipefail
cd /home/work/{{ app }}-chart
sed -i -e 's|path: /ready$|path: /readyz|' -e 's|^  port: .*|  port: {{ port }}|' -e 's|{{ app }}-setting$|{{ app }}-settings|' values.yaml
helm -n {{ ns }} uninstall {{ app }} --wait --timeout 60s
helm -n {{ ns }} install {{ app }} . --wait --timeout 90s
