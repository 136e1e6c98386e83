# caught-by: machines-kept
set -euo pipefail
# Without it, nothing is to be kept off.
isolated=$(aws ec2 describe-instances --filters "Name=tag:Name,Values={{ team }}-isolated" --query 'Reservations[0].Instances[0].InstanceId' --output text)
aws ec2 terminate-instances --instance-ids "$isolated"
