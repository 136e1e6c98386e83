# caught-by: kept-volumes-kept
set -euo pipefail
for volume in $(aws ec2 describe-volumes --filters Name=status,Values=available --query "Volumes[].VolumeId" --output text); do
  aws ec2 delete-volume --volume-id "$volume"
done
