set -euo pipefail
# The gateway that nobody used takes over, and the one in use goes; the rest in Python.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
tables = ec2.describe_route_tables()["RouteTables"]
old = next(r["NatGatewayId"] for t in tables for r in t["Routes"] if r.get("NatGatewayId"))
gateways = ec2.describe_nat_gateways()["NatGateways"]
new = next(g for g in gateways if g["NatGatewayId"] != old)
for table in tables:
    for route in table["Routes"]:
        if route.get("NatGatewayId") == old:
            ec2.replace_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock=route["DestinationCidrBlock"], NatGatewayId=new["NatGatewayId"])
ec2.delete_nat_gateway(NatGatewayId=old)
keep = new["NatGatewayAddresses"][0]["AllocationId"]
for address in ec2.describe_addresses()["Addresses"]:
    if address["AllocationId"] != keep:
        ec2.release_address(AllocationId=address["AllocationId"])
kept = lambda thing: any(tag["Key"] == "keep" for tag in thing.get("Tags", []))
for volume in ec2.describe_volumes()["Volumes"]:
    if volume["State"] == "available" and not kept(volume):
        ec2.delete_volume(VolumeId=volume["VolumeId"])
account = boto3.client("sts").get_caller_identity()["Account"]
for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
    if snapshot["OwnerId"] == account and not kept(snapshot):
        ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
for reservation in ec2.describe_instances()["Reservations"]:
    for server in reservation["Instances"]:
        if server["InstanceType"] != "t3.medium":
            ids = [server["InstanceId"]]
            ec2.stop_instances(InstanceIds=ids)
            ec2.modify_instance_attribute(InstanceId=ids[0], InstanceType={"Value": "t3.medium"})
            ec2.start_instances(InstanceIds=ids)
P
