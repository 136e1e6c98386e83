set -euo pipefail
cd {{ team }}-{{ product }}/live
{% if place == "include" %}
sed -i -E 's/merge\((local.environment.inputs), (\{.*\})\)/merge(\2, \1)/' root.hcl
{% else %}
sed -i 's#../../test/network#../network#' shared/service.hcl
{% endif %}
cd prod/service
terragrunt plan --non-interactive
