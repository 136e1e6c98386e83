# Another trail with advanced selectors; the bucket lets any trail of this account write.
account=$(aws sts get-caller-identity --query Account --output text)
bucket=$(aws cloudtrail describe-trails --query 'trailList[0].S3BucketName' --output text)
old=$(aws cloudtrail describe-trails --query 'trailList[0].Name' --output text)
documents=$(aws s3api list-buckets --query "Buckets[?contains(Name, '-{{ content }}-')].Name | [0]" --output text)
aws s3api put-bucket-policy --bucket "$bucket" --policy "{\"Version\":\"2012-10-17\",\"Statement\":[
  {\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"cloudtrail.amazonaws.com\"},\"Action\":[\"s3:GetBucketAcl\",\"s3:PutObject\"],
   \"Resource\":[\"arn:aws:s3:::$bucket\",\"arn:aws:s3:::$bucket/*\"],\"Condition\":{\"StringEquals\":{\"aws:SourceAccount\":\"$account\"}}}]}"
aws cloudtrail create-trail --name everything --s3-bucket-name "$bucket" --is-multi-region-trail --enable-log-file-validation
aws cloudtrail put-event-selectors --trail-name everything --advanced-event-selectors "[
  {\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Management\"]}]},
  {\"FieldSelectors\":[{\"Field\":\"eventCategory\",\"Equals\":[\"Data\"]},{\"Field\":\"resources.type\",\"Equals\":[\"AWS::S3::Object\"]},
   {\"Field\":\"resources.ARN\",\"StartsWith\":[\"arn:aws:s3:::$documents/\"]}]}]"
aws cloudtrail start-logging --name everything
aws cloudtrail delete-trail --name "$old"
