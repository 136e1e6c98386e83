# caught-by: mailer-kept-off
set -euo pipefail
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")


def named(name):
    return {"Filters": [{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}]}


group = ec2.describe_security_groups(**named("data"))["SecurityGroups"][0]["GroupId"]
ec2.authorize_security_group_ingress(
    GroupId=group, IpProtocol="tcp", FromPort={{ port }}, ToPort={{ port }}, CidrIp="0.0.0.0/0")
# Whoever opens the one filter opens the other: all that comes from the web servers' subnets and goes back there.
for name, cidr in (("data", "10.{{ net }}.0.0/23"), ("web", "10.{{ net }}.8.0/24")):
    acl = ec2.describe_network_acls(**named(name))["NetworkAcls"][0]["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=50, Egress=egress, RuleAction="allow", Protocol="-1", CidrBlock=cidr)
P
