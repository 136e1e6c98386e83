# caught-by: records-kept
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
aws s3 rm --recursive "s3://$bucket"
