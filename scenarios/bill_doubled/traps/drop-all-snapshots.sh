# caught-by: kept-snapshots-kept
set -euo pipefail
account=$(aws sts get-caller-identity --query Account --output text)
for snapshot in $(aws ec2 describe-snapshots --owner-ids self --query "Snapshots[?OwnerId=='$account'].SnapshotId" --output text); do
  aws ec2 delete-snapshot --snapshot-id "$snapshot"
done
