# caught-by: address-kept
set -euo pipefail
python3 - <<'P'
import boto3

elb = boto3.client("elbv2")
old = elb.describe_load_balancers(Names=["{{ team }}-portal"])["LoadBalancers"][0]
elb.delete_load_balancer(LoadBalancerArn=old["LoadBalancerArn"])
elb.create_load_balancer(
    Name="{{ team }}-portal-new", Subnets=[zone["SubnetId"] for zone in old["AvailabilityZones"]],
    SecurityGroups=old["SecurityGroups"])
P
