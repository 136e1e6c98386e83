# caught-by: dev-cannot-reach-prod
set -euo pipefail
# A peering as a way round the hub: it joins what must stay apart.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
vpcs = {name: ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}])["Vpcs"][0]
        for name in ("prod", "dev")}
link = ec2.create_vpc_peering_connection(VpcId=vpcs["prod"]["VpcId"], PeerVpcId=vpcs["dev"]["VpcId"])
link = link["VpcPeeringConnection"]["VpcPeeringConnectionId"]
ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=link)
for name, other in (("prod", "dev"), ("dev", "prod")):
    table = ec2.describe_route_tables(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}])["RouteTables"][0]
    ec2.replace_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock=vpcs[other]["CidrBlock"],
                      VpcPeeringConnectionId=link)
P
