# caught-by: office-kept-from-management
set -euo pipefail
# One table, in which everybody knows everybody.
python3 - <<'P'
{{ shared }}
office = connect() if "{{ place }}" == "neighbour" else office
flat = ec2.create_transit_gateway_route_table(TransitGatewayId=hub)["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
for attachment in (app, admin, office):
    send_by(attachment, flat)
    know(attachment, flat)
P
