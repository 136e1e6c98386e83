set -euo pipefail
# A new connection, and new tables with static routes for it and for the application.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
name_of = lambda each: next((tag["Value"] for tag in each.get("Tags", []) if tag["Key"] == "Name"), "")
hub = next(each["TransitGatewayId"] for each in ec2.describe_transit_gateways()["TransitGateways"]
           if name_of(each) == "{{ team }}-hub")
attachments = {name_of(each): each["TransitGatewayAttachmentId"]
               for each in ec2.describe_transit_gateway_attachments()["TransitGatewayAttachments"]}
tables = {name_of(each): each["TransitGatewayRouteTableId"]
          for each in ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"]
          if each["TransitGatewayId"] == hub and not each["DefaultAssociationRouteTable"]}


def connect():
    """A new connection with the AS that the router has, in the place of the old one; its attachment."""
    old = ec2.describe_vpn_connections(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-office"]}])["VpnConnections"][0]
    gateway = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn={{ asn }}, IpAddress="203.0.113.{{ host }}")
    new = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=gateway["CustomerGateway"]["CustomerGatewayId"],
                                    TransitGatewayId=hub)["VpnConnection"]["VpnConnectionId"]
    ec2.delete_vpn_connection(VpnConnectionId=old["VpnConnectionId"])
    found = ec2.describe_transit_gateway_attachments(Filters=[{"Name": "resource-id", "Values": [new]}])
    return found["TransitGatewayAttachments"][0]["TransitGatewayAttachmentId"]


def send_by(attachment, table):
    """Let the attachment send by the table, and by no other."""
    for other in tables.values():
        found = ec2.get_transit_gateway_route_table_associations(TransitGatewayRouteTableId=other)["Associations"]
        if any(each["TransitGatewayAttachmentId"] == attachment for each in found):
            ec2.disassociate_transit_gateway_route_table(
                TransitGatewayRouteTableId=other, TransitGatewayAttachmentId=attachment)
    ec2.associate_transit_gateway_route_table(TransitGatewayRouteTableId=table, TransitGatewayAttachmentId=attachment)


def know(attachment, table):
    """Let the table know what the attachment announces."""
    ec2.enable_transit_gateway_route_table_propagation(
        TransitGatewayRouteTableId=table, TransitGatewayAttachmentId=attachment)


app, admin, office = (attachments["{{ team }}-" + name] for name in ("app", "admin", "office"))
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
