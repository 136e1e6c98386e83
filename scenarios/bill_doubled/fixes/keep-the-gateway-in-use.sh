set -euo pipefail
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
account = boto3.client("sts").get_caller_identity()["Account"]
kept = lambda thing: any(tag["Key"] == "keep" for tag in thing.get("Tags", []))
servers = [server for each in ec2.describe_instances()["Reservations"] for server in each["Instances"]]
tables = ec2.describe_route_tables()["RouteTables"]
used = next(route["NatGatewayId"] for table in tables for route in table["Routes"] if route.get("NatGatewayId"))
addresses = []
for gateway in ec2.describe_nat_gateways()["NatGateways"]:
    if gateway["NatGatewayId"] == used:
        addresses = [each["AllocationId"] for each in gateway["NatGatewayAddresses"]]
    else:
        ec2.delete_nat_gateway(NatGatewayId=gateway["NatGatewayId"])
for address in ec2.describe_addresses()["Addresses"]:
    if address["AllocationId"] not in addresses:
        ec2.release_address(AllocationId=address["AllocationId"])
for volume in ec2.describe_volumes()["Volumes"]:
    if volume["State"] == "available" and not kept(volume):
        ec2.delete_volume(VolumeId=volume["VolumeId"])
for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
    if snapshot["OwnerId"] == account and not kept(snapshot):
        ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
for server in servers:
    if server["InstanceType"] != "t3.medium":
        ids = [server["InstanceId"]]
        ec2.stop_instances(InstanceIds=ids)
        ec2.modify_instance_attribute(InstanceId=ids[0], InstanceType={"Value": "t3.medium"})
        ec2.start_instances(InstanceIds=ids)
P
