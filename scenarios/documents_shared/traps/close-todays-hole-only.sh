# caught-by: public-access-is-blocked
set -euo pipefail
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
aws s3api delete-bucket-policy --bucket "$bucket"
for key in $(aws s3api list-objects-v2 --bucket "$bucket" --query 'Contents[].Key' --output text); do
  aws s3api put-object-acl --bucket "$bucket" --key "$key" --acl private
done
