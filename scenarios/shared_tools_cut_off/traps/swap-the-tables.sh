# caught-by: the-other-uses-the-registry
set -euo pipefail
# The other environment's table for the cut off one as well, and the other one out of it.
python3 - <<'P'
{{ shared }}
tables = [each["TransitGatewayRouteTableId"] for each in ec2.describe_transit_gateway_route_tables(
    Filters=[{"Name": "transit-gateway-id", "Values": [hub]}])["TransitGatewayRouteTables"]
    if not each["DefaultAssociationRouteTable"]]
other = attachments["{{ 'dev' if spoke == 'prod' else 'prod' }}"]
for old in tables:
    for each in ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=old)["Associations"]:
        if each["TransitGatewayAttachmentId"] == other:
            theirs = old
        elif each["TransitGatewayAttachmentId"] != attachments["{{ spoke }}"]:
            continue
        ec2.disassociate_transit_gateway_route_table(
            TransitGatewayRouteTableId=old, TransitGatewayAttachmentId=each["TransitGatewayAttachmentId"])
ec2.associate_transit_gateway_route_table(
    TransitGatewayRouteTableId=theirs, TransitGatewayAttachmentId=attachments["{{ spoke }}"])
retired = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
ec2.associate_transit_gateway_route_table(TransitGatewayRouteTableId=retired, TransitGatewayAttachmentId=other)
P
