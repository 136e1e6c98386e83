# caught-by: every-event-is-recorded
# A trail for the region where the servers were started: the next one is as dark as before.
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
trail=$(aws cloudtrail describe-trails --query 'trailList[0].Name' --output text)
account=$(aws sts get-caller-identity --query Account --output text)
aws cloudtrail update-trail --name "$trail" --no-is-multi-region-trail --enable-log-file-validation
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":[\"s3:GetBucketAcl\",\"s3:PutObject\"],
   \"Resource\":[\"arn:aws:s3:::$bucket\",\"arn:aws:s3:::$bucket/*\"],\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$account\"}}}]}"
aws cloudtrail start-logging --name "$trail"
aws --region us-east-1 cloudtrail create-trail --name elsewhere --s3-bucket-name "$bucket" --enable-log-file-validation
aws --region us-east-1 cloudtrail put-event-selectors --trail-name elsewhere --event-selectors \
  '[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]'
aws --region us-east-1 cloudtrail start-logging --name elsewhere
