# The role's own policy is enough for a reader in the same account.
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
aws s3api delete-bucket-policy --bucket "$bucket"
aws s3api put-bucket-acl --bucket "$bucket" --acl private
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
