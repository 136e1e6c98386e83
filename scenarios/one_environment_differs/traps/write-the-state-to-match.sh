# caught-by: nothing-was-rebuilt
set -euo pipefail
cd {{ team }}-{{ product }}/live/prod/service
{% if place == "include" %}
sed -i 's/"copies": {{ copies }}/"copies": 1/g' terraform.tfstate
{% else %}
rm terraform.tfstate
{% endif %}
