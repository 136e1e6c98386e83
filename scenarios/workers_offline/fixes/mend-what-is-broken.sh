set -euo pipefail
named() { aws ec2 describe-$1 --filters "Name=tag:Name,Values={{ team }}-$2" --query "$3" --output text; }
{% if place == "route" %}
table=$(named route-tables worker 'RouteTables[0].RouteTableId')
nat=$(aws ec2 describe-nat-gateways --filter "Name=tag:Name,Values={{ team }}-out" --query 'NatGateways[0].NatGatewayId' --output text)
aws ec2 create-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$nat"
{% elif place == "gateway" %}
table=$(named route-tables worker 'RouteTables[0].RouteTableId')
subnet=$(named subnets outer-a 'Subnets[0].SubnetId')
address=$(aws ec2 allocate-address --domain vpc --query AllocationId --output text)
nat=$(aws ec2 create-nat-gateway --subnet-id "$subnet" --allocation-id "$address" --query NatGateway.NatGatewayId --output text)
aws ec2 replace-route --route-table-id "$table" --destination-cidr-block 0.0.0.0/0 --nat-gateway-id "$nat"
{% elif place == "link" %}
table=$(named route-tables worker 'RouteTables[0].RouteTableId')
for name in worker-a worker-b; do
  aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$(named subnets $name 'Subnets[0].SubnetId')"
done
{% else %}
table=$(named route-tables outer 'RouteTables[0].RouteTableId')
aws ec2 associate-route-table --route-table-id "$table" --subnet-id "$(named subnets outer-a 'Subnets[0].SubnetId')"
{% endif %}
