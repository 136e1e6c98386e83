# caught-by: isolated-kept-off
set -euo pipefail
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")


def named(name):
    return {"Filters": [{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}]}


for name in ("web", "data"):
    acl = ec2.describe_network_acls(**named(name))["NetworkAcls"][0]["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=1, Egress=egress, RuleAction="allow", Protocol="-1", CidrBlock="0.0.0.0/0")
{% if place == "reference" %}
data, web = (ec2.describe_security_groups(**named(name))["SecurityGroups"][0]["GroupId"] for name in ("data", "web"))
ec2.authorize_security_group_ingress(GroupId=data, IpPermissions=[
    {"IpProtocol": "tcp", "FromPort": {{ port }}, "ToPort": {{ port }}, "UserIdGroupPairs": [{"GroupId": web}]}])
{% endif %}
P
