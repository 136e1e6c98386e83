set -euo pipefail
# A target group and a security group made anew, and a load balancer in every zone.
python3 - <<'P'
import boto3

ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
named = lambda name: {"Filters": [{"Name": "tag:Name", "Values": ["{{ team }}-" + name]}]}
vpc = ec2.describe_vpcs(**named("portal"))["Vpcs"][0]["VpcId"]
balancer = elb.describe_load_balancers(Names=["{{ team }}-portal"])["LoadBalancers"][0]
front = balancer["SecurityGroups"][0]
group = ec2.create_security_group(VpcId=vpc, GroupName="{{ team }}-portal", Description="portal")["GroupId"]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
    {"IpProtocol": "tcp", "FromPort": {{ port }}, "ToPort": {{ port }}, "UserIdGroupPairs": [{"GroupId": front}]}])
new = elb.create_target_group(
    Name="{{ team }}-portal-2", Protocol="HTTP", Port={{ port }}, VpcId=vpc, TargetType="instance",
    HealthCheckPath="{{ path }}", HealthCheckPort="{{ port }}", Matcher={"HttpCode": "200-299"})
new = new["TargetGroups"][0]["TargetGroupArn"]
for name in ("server-a", "server-b"):
    server = ec2.describe_instances(**named(name))["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=server, Groups=[group])
    elb.register_targets(TargetGroupArn=new, Targets=[{"Id": server, "Port": {{ port }}}])
subnets = [ec2.describe_subnets(**named(f"outer-{zone}"))["Subnets"][0]["SubnetId"] for zone in "abc"]
elb.set_subnets(LoadBalancerArn=balancer["LoadBalancerArn"], Subnets=subnets)
listener = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
elb.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": new}])
P
