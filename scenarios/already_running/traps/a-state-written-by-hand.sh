# caught-by: plan-has-nothing-to-do
set -euo pipefail
# The ids are right, the addresses are not those of the configuration.
cd {{ team }}-{{ product }}
tofu init
for name in api worker {{ extra }}; do
  tofu state pull > /tmp/state.json
  id=$(aws ssm get-parameter --name "/{{ team }}/{{ product }}/running/$name" --query Parameter.Value --output text | jq -r .id)
  jq --arg name "$name" --arg id "$id" '.serial += 1 | .resources += [.resources[0] | .name = $name
    | .instances[0].attributes |= (.id = $id | .input.value.name = "{{ product }}-" + $name | .output.value.name = "{{ product }}-" + $name)]' \
    /tmp/state.json > /tmp/new.json
  tofu state push /tmp/new.json
done
