account=$(aws sts get-caller-identity --query Account --output text)
used=$(aws ec2 describe-route-tables --query 'RouteTables[].Routes[?NatGatewayId].NatGatewayId | [] | [0]' --output text)
idle=$(aws ec2 describe-nat-gateways --query "NatGateways[?NatGatewayId!='$used'].NatGatewayId" --output text)
aws ec2 delete-nat-gateway --nat-gateway-id "$idle"
keep=$(aws ec2 describe-nat-gateways --nat-gateway-ids "$used" --query 'NatGateways[0].NatGatewayAddresses[0].AllocationId' --output text)
for address in $(aws ec2 describe-addresses --query "Addresses[?AllocationId!='$keep'].AllocationId" --output text); do
  aws ec2 release-address --allocation-id "$address"
done
for volume in $(aws ec2 describe-volumes --filters Name=status,Values=available --query "Volumes[?!(Tags[?Key=='keep'])].VolumeId" --output text); do
  aws ec2 delete-volume --volume-id "$volume"
done
for snapshot in $(aws ec2 describe-snapshots --owner-ids self --query "Snapshots[?OwnerId=='$account' && !(Tags[?Key=='keep'])].SnapshotId" --output text); do
  aws ec2 delete-snapshot --snapshot-id "$snapshot"
done
for server in $(aws ec2 describe-instances --query "Reservations[].Instances[?InstanceType!='t3.medium'].InstanceId" --output text); do
  aws ec2 stop-instances --instance-ids "$server"
  aws ec2 modify-instance-attribute --instance-id "$server" --instance-type Value=t3.medium
  aws ec2 start-instances --instance-ids "$server"
done
