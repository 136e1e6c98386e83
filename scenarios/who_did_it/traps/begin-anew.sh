# caught-by: records-kept
set -euo pipefail
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
aws s3 rm --recursive "s3://$bucket"
