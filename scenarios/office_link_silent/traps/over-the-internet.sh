# caught-by: office-uses-the-application
set -euo pipefail
# A public address for the application instead of the tunnel.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
named = lambda name: {"Filters": [{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}]}
table = ec2.describe_route_tables(**named("app"))["RouteTables"][0]
machine = ec2.describe_instances(**named("app"))["Reservations"][0]["Instances"][0]["InstanceId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=table["VpcId"])
ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
ec2.associate_address(InstanceId=machine, AllocationId=ec2.allocate_address(Domain="vpc")["AllocationId"])
P
