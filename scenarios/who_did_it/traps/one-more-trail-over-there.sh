# caught-by: every-event-is-recorded
set -euo pipefail
# A trail for the region where the servers were started: the next one is as dark as before.
python3 - <<'P'
{{ shared }}


cloudtrail.update_trail(Name=name, IsMultiRegionTrail=False, EnableLogFileValidation=True)
set_policy(allow(["s3:GetBucketAcl", "s3:PutObject"], places, equals={"aws:SourceAccount": account}))
cloudtrail.start_logging(Name=name)
there = boto3.client("cloudtrail", region_name="us-east-1")
there.create_trail(Name="elsewhere", S3BucketName=bucket, EnableLogFileValidation=True)
select(there, "elsewhere", ["arn:aws:s3"])
there.start_logging(Name="elsewhere")
P
