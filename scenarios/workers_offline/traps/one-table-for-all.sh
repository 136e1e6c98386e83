# caught-by: database-stays-inside
set -euo pipefail
# The way out in the main table, which every subnet without a table of its own uses: the database's too.
python3 - <<'P'
{{ shared }}


outer, inner = one("subnets", "outer-b"), {one("subnets", name)["SubnetId"] for name in ("worker-a", "worker-b")}
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=outer["SubnetId"], AllocationId=address)["NatGateway"]["NatGatewayId"]
tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [outer["VpcId"]]}])["RouteTables"]
for table in tables:
    for link in table["Associations"]:
        if link.get("Main"):
            ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
        elif link["SubnetId"] in inner:
            ec2.disassociate_route_table(AssociationId=link["RouteTableAssociationId"])
P
