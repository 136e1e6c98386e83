# caught-by: state-kept
set -euo pipefail
aws s3 rm --recursive s3://{{ team }}-{{ product }}-state/{{ place }}/
cd {{ team }}-{{ product }}/{{ place }}
tofu init
tofu apply -auto-approve
