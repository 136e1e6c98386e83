set -euo pipefail
cd {{ team }}-{{ product }}/{{ place }}
tofu init
tofu force-unlock -force c41d{{ number }}-8a0e-4b64-8d3b-f9c6a1{{ number }}3a
tofu apply -auto-approve
