# caught-by: only-by-the-load-balancer
set -euo pipefail
group=$(aws ec2 describe-security-groups --filters "Name=tag:Name,Values={{ team }}-server" --query 'SecurityGroups[0].GroupId' --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 0-65535 --cidr 0.0.0.0/0
