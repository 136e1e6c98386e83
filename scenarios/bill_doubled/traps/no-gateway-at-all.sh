# caught-by: second-server-gets-out
set -euo pipefail
for gateway in $(aws ec2 describe-nat-gateways --query "NatGateways[].NatGatewayId" --output text); do
  aws ec2 delete-nat-gateway --nat-gateway-id "$gateway"
done
