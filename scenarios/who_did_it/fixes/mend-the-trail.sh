account=$(aws sts get-caller-identity --query Account --output text)
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
trail=$(aws cloudtrail describe-trails --query 'trailList[0].TrailARN' --output text)
documents=$(aws s3api list-buckets --query "Buckets[?contains(Name, '-{{ content }}-')].Name | [0]" --output text)
aws cloudtrail update-trail --name "$trail" --is-multi-region-trail --enable-log-file-validation
aws cloudtrail put-event-selectors --trail-name "$trail" --event-selectors \
  "[{\"ReadWriteType\":\"All\",\"IncludeManagementEvents\":true,\"DataResources\":[{\"Type\":\"AWS::S3::Object\",\"Values\":[\"arn:aws:s3:::$documents/\"]}]}]"
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":\"s3:GetBucketAcl\",\"Resource\":\"arn:aws:s3:::$bucket\",
   \"Condition\":{\"StringEquals\":{\"aws:SourceArn\":\"$trail\"}}},
  {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::$bucket/AWSLogs/$account/*\",
   \"Condition\":{\"StringEquals\":{\"aws:SourceArn\":\"$trail\",\"s3:x-amz-acl\":\"bucket-owner-full-control\"}}}]}"
aws cloudtrail start-logging --name "$trail"
