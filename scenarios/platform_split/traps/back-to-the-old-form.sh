# caught-by: configuration-stays-tidy
set -euo pipefail
cd {{ team }}-{{ product }}
{% if place == "module" %}
for name in api worker mailer; do
  printf 'resource "terraform_data" "%s" {\n  input = "{{ product }}-%s"\n}\n' "$name" "$name"
done > services.tf
sed -i '/^module/,$d' main.tf
{% else %}
sed -i '/^resource "terraform_data" "service"/,$d' main.tf
printf 'resource "terraform_data" "service" {\n  count = 3\n  input = "{{ product }}-${["api", "worker", "mailer"][count.index]}"\n}\n' > services.tf
{% endif %}
