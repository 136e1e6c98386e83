# caught-by: isolated-kept-off
set -euo pipefail
# Without ACLs of their own the subnets have the VPC's default one, which lets everything pass.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")
vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-{{ shop }}"]}])["Vpcs"][0]["VpcId"]
acls = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
default = next(acl["NetworkAclId"] for acl in acls if acl["IsDefault"])
for acl in acls:
    for link in acl["Associations"] if not acl["IsDefault"] else []:
        ec2.replace_network_acl_association(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=default)
groups = {group["GroupName"]: group["GroupId"]
          for group in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]}
if "{{ place }}" == "reference":
    ec2.authorize_security_group_ingress(GroupId=groups["{{ team }}-data"], IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": {{ port }}, "ToPort": {{ port }},
         "UserIdGroupPairs": [{"GroupId": groups["{{ team }}-web"]}]}])
P
