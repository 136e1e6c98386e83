# caught-by: every-event-is-recorded
set -euo pipefail
# All calls to APIs, but who reads an object is still unknown.
python3 - <<'P'
{{ shared }}


cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
set_policy(allow(["s3:GetBucketAcl", "s3:PutObject"], places, equals={"aws:SourceAccount": account}))
select(cloudtrail, name, [])
cloudtrail.start_logging(Name=name)
P
