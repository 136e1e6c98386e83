set -euo pipefail
# Only what is wrong.
python3 - <<'P'
{{ shared }}
if "{{ place }}" == "unknown":
    know(office, tables["{{ team }}-app"])
elif "{{ place }}" == "table":
    send_by(office, tables["{{ team }}-office"])
elif "{{ place }}" == "neighbour":
    office = connect()
    send_by(office, tables["{{ team }}-office"])
    know(office, tables["{{ team }}-app"])
elif "{{ place }}" == "dropped":
    ec2.delete_transit_gateway_route(
        TransitGatewayRouteTableId=tables["{{ team }}-app"], DestinationCidrBlock="172.{{ office }}.0.0/21")
else:
    table = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-app"]}])["RouteTables"][0]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="172.{{ office }}.0.0/16",
                     TransitGatewayId=hub)
P
