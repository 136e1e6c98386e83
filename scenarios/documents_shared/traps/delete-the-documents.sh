# caught-by: documents-kept
set -euo pipefail
bucket=$(aws s3api list-buckets --query 'Buckets[0].Name' --output text)
aws s3 rm --recursive "s3://$bucket"
