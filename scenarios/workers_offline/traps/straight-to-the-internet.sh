# caught-by: nobody-comes-in
set -euo pipefail
# The internet gateway for the workers' subnets, and public addresses so that it works.
python3 - <<'P'
{{ shared }}


gateway, vpc = one("internet_gateways", "{{ job }}")["InternetGatewayId"], one("vpcs", "{{ job }}")["VpcId"]
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
links = {link["SubnetId"]: link["RouteTableAssociationId"]
         for each in tables for link in each["Associations"] if link.get("SubnetId")}
for name in ("worker-a", "worker-b"):
    machine = one("instances", name)["Instances"][0]
    if machine["SubnetId"] in links:
        ec2.replace_route_table_association(AssociationId=links[machine["SubnetId"]], RouteTableId=table)
    else:
        ec2.associate_route_table(SubnetId=machine["SubnetId"], RouteTableId=table)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(InstanceId=machine["InstanceId"], AllocationId=address)
P
