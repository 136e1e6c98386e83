# caught-by: machines-kept
set -euo pipefail
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
outer = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-outer-b"]}])["Subnets"][0]["SubnetId"]
for name in ("{{ team }}-worker-a", "{{ team }}-worker-b"):
    old = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [name]}])["Reservations"][0]["Instances"][0]
    ec2.run_instances(
        ImageId=old["ImageId"], InstanceType="t3.micro", MinCount=1, MaxCount=1,
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": outer, "AssociatePublicIpAddress": True}],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])
    ec2.terminate_instances(InstanceIds=[old["InstanceId"]])
P
