# caught-by: every-event-is-recorded
# All calls to APIs, but who reads an object is still unknown.
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
trail=$(aws cloudtrail describe-trails --query 'trailList[0].Name' --output text)
account=$(aws sts get-caller-identity --query Account --output text)
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":[\"s3:GetBucketAcl\",\"s3:PutObject\"],
   \"Resource\":[\"arn:aws:s3:::$bucket\",\"arn:aws:s3:::$bucket/*\"],\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$account\"}}}]}"
aws cloudtrail update-trail --name "$trail" --is-multi-region-trail --enable-log-file-validation
aws cloudtrail put-event-selectors --trail-name "$trail" --event-selectors '[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[]}]'
aws cloudtrail start-logging --name "$trail"
