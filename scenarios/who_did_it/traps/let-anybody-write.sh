# caught-by: nobody-else-writes
set -euo pipefail
python3 - <<'P'
{{ shared }}


cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
set_policy(allow(["s3:GetBucketAcl", "s3:PutObject"], places, principal="*"))
select(cloudtrail, name, ["arn:aws:s3"])
cloudtrail.start_logging(Name=name)
P
