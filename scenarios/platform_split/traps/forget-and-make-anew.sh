# caught-by: nothing-was-rebuilt
set -euo pipefail
cd {{ team }}-{{ product }}
tofu init
{% if place == "module" %}
tofu state rm terraform_data.api terraform_data.worker terraform_data.mailer
{% else %}
tofu state rm terraform_data.service
{% endif %}
tofu apply -auto-approve
