# caught-by: injections-are-refused
set -euo pipefail
arn=$(aws elbv2 describe-load-balancers --names {{ team }}-portal --query 'LoadBalancers[0].LoadBalancerArn' --output text)
aws wafv2 disassociate-web-acl --resource-arn "$arn"
