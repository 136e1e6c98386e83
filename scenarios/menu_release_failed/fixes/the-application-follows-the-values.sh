# Back to what worked while it is mended; then the application is told what the values say, rather than the other way round.
set -euo pipefail
cd /home/work/{{ app }}-chart
helm -n {{ ns }} rollback {{ app }} 2 --wait --timeout 90s
{% if place == "path" %}
echo '  READY_PATH: /ready' >> values.yaml
{% elif place == "port" %}
echo '  HEALTH_PORT: "{{ port + 1 }}"' >> values.yaml
{% else %}
sed -i 's|name: {{ app }}-settings|name: {{ '{{ .Values.settings }}' }}|' templates/configmap.yaml
{% endif %}
helm -n {{ ns }} upgrade {{ app }} . --reset-values --wait --timeout 90s
