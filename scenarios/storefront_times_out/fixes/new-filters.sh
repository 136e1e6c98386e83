set -euo pipefail
# ACLs and a group made anew, put in the place of the old ones.
python3 - <<'P'
import boto3

ec2 = boto3.client("ec2")


def one(kind, name):
    answer = getattr(ec2, f"describe_{kind}")(Filters=[{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}])
    return next(value for value in answer.values() if isinstance(value, list))[0]


vpc = one("vpcs", "{{ shop }}")["VpcId"]
rules = {
    "web": [(False, "0.0.0.0/0", 443, 443), (False, "10.{{ net }}.8.0/24", 1024, 65535), (True, "0.0.0.0/0", 1024, 65535)],
    "data": [(egress, f"10.{{ net }}.{third}.0/24", first, last)
             for third in (0, 1) for egress, first, last in ((False, {{ port }}, {{ port }}), (True, 1024, 65535))],
}
acls = {}
for name, entries in rules.items():
    acls[name] = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for number, (egress, cidr, first, last) in enumerate(entries, 100):
        ec2.create_network_acl_entry(NetworkAclId=acls[name], RuleNumber=number, Egress=egress, RuleAction="allow",
                                     Protocol="6", CidrBlock=cidr, PortRange={"From": first, "To": last})
for subnet, name in (("web-a", "web"), ("web-b", "web"), ("data", "data")):
    id = one("subnets", subnet)["SubnetId"]
    now = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [id]}])["NetworkAcls"][0]
    link = next(each for each in now["Associations"] if each["SubnetId"] == id)
    ec2.replace_network_acl_association(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=acls[name])
group = ec2.create_security_group(VpcId=vpc, GroupName="{{ team }}-database", Description="database")["GroupId"]
web = one("security_groups", "web")["GroupId"]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
    {"IpProtocol": "tcp", "FromPort": {{ port }}, "ToPort": {{ port }}, "UserIdGroupPairs": [{"GroupId": web}]}])
ec2.modify_instance_attribute(InstanceId=one("instances", "data")["Instances"][0]["InstanceId"], Groups=[group])
P
