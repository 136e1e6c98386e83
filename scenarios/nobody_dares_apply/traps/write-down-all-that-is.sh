# caught-by: code-keeps-the-rest
set -euo pipefail
cd {{ team }}-{{ product }}
sed -i 's/"16.{{ minor }}"/"16.{{ minor + 3 }}"/; s/default = {{ few }}$/default = {{ many }}/' variables.tf
{% if place == "door" %}
sed -i 's/"10.{{ network }}.0.0\/16"/"0.0.0.0\/0"/' variables.tf
{% else %}
sed -i 's/"nobody"/"intake.tracewell.example"/' variables.tf
{% endif %}
tofu init
tofu plan -detailed-exitcode
