# caught-by: public-access-is-blocked
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
aws s3api delete-bucket-policy --bucket "$bucket"
aws s3api put-bucket-acl --bucket "$bucket" --acl private
