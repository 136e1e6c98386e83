set -euo pipefail
# A NAT gateway in the other zone's outer subnet, and a table of their own for the workers.
python3 - <<'P'
{{ shared }}


outer, inner = one("subnets", "outer-b"), [one("subnets", name)["SubnetId"] for name in ("worker-a", "worker-b")]
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=outer["SubnetId"], AllocationId=address)["NatGateway"]["NatGatewayId"]
ec2.get_waiter("nat_gateway_available").wait(NatGatewayIds=[nat])
table = ec2.create_route_table(VpcId=outer["VpcId"])["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [outer["VpcId"]]}])["RouteTables"]
links = {link["SubnetId"]: link["RouteTableAssociationId"]
         for each in tables for link in each["Associations"] if link.get("SubnetId")}
for subnet in inner:
    if subnet in links:
        ec2.replace_route_table_association(AssociationId=links[subnet], RouteTableId=table)
    else:
        ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
P
