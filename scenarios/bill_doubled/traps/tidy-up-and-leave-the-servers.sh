# caught-by: bill-is-what-it-was
set -euo pipefail
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
account = boto3.client("sts").get_caller_identity()["Account"]
kept = lambda thing: any(tag["Key"] == "keep" for tag in thing.get("Tags", []))
servers = [server for each in ec2.describe_instances()["Reservations"] for server in each["Instances"]]
for volume in ec2.describe_volumes()["Volumes"]:
    if volume["State"] == "available" and not kept(volume):
        ec2.delete_volume(VolumeId=volume["VolumeId"])
for snapshot in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]:
    if snapshot["OwnerId"] == account and not kept(snapshot):
        ec2.delete_snapshot(SnapshotId=snapshot["SnapshotId"])
P
