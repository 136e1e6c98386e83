# caught-by: every-event-is-recorded
set -euo pipefail
# All calls to APIs, but who reads an object is still unknown.
python3 - <<'P'
import json

import boto3

cloudtrail, s3 = boto3.client("cloudtrail"), boto3.client("s3")
account = boto3.client("sts").get_caller_identity()["Account"]
trail = cloudtrail.describe_trails()["trailList"][0]
name, arn, bucket = trail["Name"], trail["TrailARN"], trail["S3BucketName"]
places = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
documents = next(each["Name"] for each in s3.list_buckets()["Buckets"] if "-{{ content }}-" in each["Name"])


def allow(actions, where, principal=None, **equals):
    who = principal or {"Service": "cloudtrail.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": who, "Action": actions, "Resource": where}
    return {**statement, "Condition": {"StringEquals": equals["equals"]}} if equals else statement


def set_policy(*statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))


def select(client, which, values):
    resources = [{"Type": "AWS::S3::Object", "Values": values}] if values else []
    chosen = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": resources}
    client.put_event_selectors(TrailName=which, EventSelectors=[chosen])


cloudtrail.update_trail(Name=name, IsMultiRegionTrail=True, EnableLogFileValidation=True)
set_policy(allow(["s3:GetBucketAcl", "s3:PutObject"], places, equals={"aws:SourceAccount": account}))
select(cloudtrail, name, [])
cloudtrail.start_logging(Name=name)
P
