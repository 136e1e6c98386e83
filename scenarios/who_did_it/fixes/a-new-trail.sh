set -euo pipefail
# Another trail with advanced selectors; the bucket lets any trail of this account write.
python3 - <<'P'
{{ shared }}


set_policy(allow(["s3:GetBucketAcl", "s3:PutObject"], places, equals={"aws:SourceAccount": account}))
cloudtrail.create_trail(Name="everything", S3BucketName=bucket, IsMultiRegionTrail=True, EnableLogFileValidation=True)
management = [{"Field": "eventCategory", "Equals": ["Management"]}]
data = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": [f"arn:aws:s3:::{documents}/"]},
]
chosen = [{"FieldSelectors": management}, {"FieldSelectors": data}]
cloudtrail.put_event_selectors(TrailName="everything", AdvancedEventSelectors=chosen)
cloudtrail.start_logging(Name="everything")
cloudtrail.delete_trail(Name=name)
P
