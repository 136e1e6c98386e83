# caught-by: bill-is-what-it-was
account=$(aws sts get-caller-identity --query Account --output text)
for volume in $(aws ec2 describe-volumes --filters Name=status,Values=available --query "Volumes[?!(Tags[?Key=='keep'])].VolumeId" --output text); do
  aws ec2 delete-volume --volume-id "$volume"
done
for snapshot in $(aws ec2 describe-snapshots --owner-ids self --query "Snapshots[?OwnerId=='$account' && !(Tags[?Key=='keep'])].SnapshotId" --output text); do
  aws ec2 delete-snapshot --snapshot-id "$snapshot"
done
