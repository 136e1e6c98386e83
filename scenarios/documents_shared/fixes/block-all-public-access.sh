set -euo pipefail
# The block overrules whatever policy and lists say.
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
aws s3api put-public-access-block --bucket "$bucket" --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
