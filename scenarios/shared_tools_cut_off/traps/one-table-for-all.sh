# caught-by: dev-cannot-reach-prod
set -euo pipefail
# One table, in which everybody knows everybody, as a transit gateway has it by default.
python3 - <<'P'
{{ shared }}
tables = [each["TransitGatewayRouteTableId"] for each in ec2.describe_transit_gateway_route_tables(
    Filters=[{"Name": "transit-gateway-id", "Values": [hub]}])["TransitGatewayRouteTables"]
    if not each["DefaultAssociationRouteTable"]]
flat = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
for old in tables:
    for each in ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=old)["Associations"]:
        ec2.disassociate_transit_gateway_route_table(
            TransitGatewayRouteTableId=old, TransitGatewayAttachmentId=each["TransitGatewayAttachmentId"])
for attachment in attachments.values():
    ec2.associate_transit_gateway_route_table(TransitGatewayRouteTableId=flat, TransitGatewayAttachmentId=attachment)
    ec2.enable_transit_gateway_route_table_propagation(
        TransitGatewayRouteTableId=flat, TransitGatewayAttachmentId=attachment)
P
