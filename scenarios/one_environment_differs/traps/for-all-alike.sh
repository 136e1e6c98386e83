# caught-by: test-stays-as-it-is
set -euo pipefail
# What production needs, said where it holds for everybody.
cd {{ team }}-{{ product }}/live
{% if place == "include" %}
sed -i 's/copies = 1/copies = {{ copies }}/' root.hcl
{% else %}
sed -i 's#../../test/network#../../prod/network#' shared/service.hcl
{% endif %}
