# caught-by: no-public-address
set -euo pipefail
# As straight-to-the-internet, with the security group closed: nobody comes in, and they are public all the same.
python3 - <<'P'
{{ shared }}


group = one("security_groups", "worker")
ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
table = one("route_tables", "outer")["RouteTableId"]
tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [group["VpcId"]]}])["RouteTables"]
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
