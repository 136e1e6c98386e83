# caught-by: prod-cannot-reach-dev
set -euo pipefail
# A static route to every network in every table.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
hub = next(each["TransitGatewayId"] for each in ec2.describe_transit_gateways()["TransitGateways"]
           if {"Key": "Name", "Value": "{{ team }}-hub"} in each["Tags"])
attachments = {tag["Value"].removeprefix("{{ team }}-"): each["TransitGatewayAttachmentId"]
               for each in ec2.describe_transit_gateway_vpc_attachments()["TransitGatewayVpcAttachments"]
               if each["TransitGatewayId"] == hub for tag in each["Tags"] if tag["Key"] == "Name"}
tables = [each["TransitGatewayRouteTableId"] for each in ec2.describe_transit_gateway_route_tables(
    Filters=[{"Name": "transit-gateway-id", "Values": [hub]}])["TransitGatewayRouteTables"]
    if not each["DefaultAssociationRouteTable"]]
blocks = {"shared": "10.{{ net }}.0.0/20", "prod": "10.{{ net }}.16.0/20", "dev": "10.{{ net }}.32.0/20"}
for table in tables:
    for name, block in blocks.items():
        ec2.create_transit_gateway_route(TransitGatewayRouteTableId=table, DestinationCidrBlock=block,
                                         TransitGatewayAttachmentId=attachments[name])
P
