# caught-by: a-sick-server-is-taken-out
set -euo pipefail
# A check that nothing fails.
arn=$(aws elbv2 describe-target-groups --names {{ team }}-portal --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 modify-target-group --target-group-arn "$arn" --health-check-port traffic-port --health-check-path / --matcher HttpCode=200-499
