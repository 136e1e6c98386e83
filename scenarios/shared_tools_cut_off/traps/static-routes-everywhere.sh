# caught-by: prod-cannot-reach-dev
set -euo pipefail
# A static route to every network in every table.
python3 - <<'P'
{{ shared }}
tables = [each["TransitGatewayRouteTableId"] for each in ec2.describe_transit_gateway_route_tables(
    Filters=[{"Name": "transit-gateway-id", "Values": [hub]}])["TransitGatewayRouteTables"]
    if not each["DefaultAssociationRouteTable"]]
blocks = {"shared": "10.{{ net }}.0.0/20", "prod": "10.{{ net }}.16.0/20", "dev": "10.{{ net }}.32.0/20"}
for table in tables:
    for name, block in blocks.items():
        ec2.create_transit_gateway_route(TransitGatewayRouteTableId=table, DestinationCidrBlock=block,
                                         TransitGatewayAttachmentId=attachments[name])
P
