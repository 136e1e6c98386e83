set -euo pipefail
# A new connection, and new tables with static routes for it and for the application.
python3 - <<'P'
{{ shared }}
office = connect()
table = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-app"]}])["RouteTables"][0]
ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="172.{{ office }}.5.0/24", TransitGatewayId=hub)
for attachment, routes in (
    (office, [("10.{{ net }}.0.0/24", app)]),
    (app, [("172.{{ office }}.0.0/16", office), ("10.{{ net }}.16.0/20", admin)]),
):
    new = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)
    new = new["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    for cidr, target in routes:
        ec2.create_transit_gateway_route(
            TransitGatewayRouteTableId=new, DestinationCidrBlock=cidr, TransitGatewayAttachmentId=target)
    send_by(attachment, new)
P
