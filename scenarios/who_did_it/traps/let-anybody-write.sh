# caught-by: nobody-else-writes
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
trail=$(aws cloudtrail describe-trails --query 'trailList[0].Name' --output text)
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":[\"s3:GetBucketAcl\",\"s3:PutObject\"],\"Resource\":[\"arn:aws:s3:::$bucket\",\"arn:aws:s3:::$bucket/*\"]}]}"
aws cloudtrail update-trail --name "$trail" --is-multi-region-trail --enable-log-file-validation
aws cloudtrail put-event-selectors --trail-name "$trail" --event-selectors \
  '[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]'
aws cloudtrail start-logging --name "$trail"
