# caught-by: servers-are-strong-enough
for server in $(aws ec2 describe-instances --query "Reservations[].Instances[].InstanceId" --output text); do
  aws ec2 stop-instances --instance-ids "$server"
  aws ec2 modify-instance-attribute --instance-id "$server" --instance-type Value=t3.micro
  aws ec2 start-instances --instance-ids "$server"
done
