set -euo pipefail
# Two new tables with static routes, one for shared and one for the spoke, and one route to the hub for all our networks.
python3 - <<'P'
{{ shared }}
blocks = {"shared": "10.{{ net }}.0.0/20", "prod": "10.{{ net }}.16.0/20", "dev": "10.{{ net }}.32.0/20"}
tables = [each["TransitGatewayRouteTableId"] for each in ec2.describe_transit_gateway_route_tables(
    Filters=[{"Name": "transit-gateway-id", "Values": [hub]}])["TransitGatewayRouteTables"]
    if not each["DefaultAssociationRouteTable"]]
for name, known in (("shared", ("prod", "dev")), ("{{ spoke }}", ("shared",))):
    new = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)
    new = new["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    for other in known:
        ec2.create_transit_gateway_route(TransitGatewayRouteTableId=new, DestinationCidrBlock=blocks[other],
                                         TransitGatewayAttachmentId=attachments[other])
    for old in tables:
        found = ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=old)["Associations"]
        if any(each["TransitGatewayAttachmentId"] == attachments[name] for each in found):
            ec2.disassociate_transit_gateway_route_table(
                TransitGatewayRouteTableId=old, TransitGatewayAttachmentId=attachments[name])
    ec2.associate_transit_gateway_route_table(
        TransitGatewayRouteTableId=new, TransitGatewayAttachmentId=attachments[name])
table = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-shared"]}])["RouteTables"][0]
ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="10.{{ net }}.0.0/16", TransitGatewayId=hub)
P
