set -euo pipefail
python3 - <<'P'
{{ shared }}


cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
select(cloudtrail, name, [f"arn:aws:s3:::{documents}/"])
written = {"aws:SourceArn": arn, "s3:x-amz-acl": "bucket-owner-full-control"}
set_policy(
    allow("s3:GetBucketAcl", places[0], equals={"aws:SourceArn": arn}),
    allow("s3:PutObject", f"{places[0]}/AWSLogs/{account}/*", equals=written),
)
cloudtrail.start_logging(Name=name)
P
