# caught-by: servers-are-strong-enough
set -euo pipefail
aws ec2 stop-instances --instance-ids "$(aws ec2 describe-instances --query "Reservations[0].Instances[0].InstanceId" --output text)"
