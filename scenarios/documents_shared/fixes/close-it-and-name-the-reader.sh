set -euo pipefail
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
role=$(aws iam get-role --role-name {{ team }}-viewer --query Role.Arn --output text)
for key in $(aws s3api list-objects-v2 --bucket "$bucket" --query 'Contents[].Key' --output text); do
  aws s3api put-object-acl --bucket "$bucket" --key "$key" --acl private
done
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"$role\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::$bucket/*\"}]}"
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
