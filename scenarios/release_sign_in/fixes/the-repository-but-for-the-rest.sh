set -euo pipefail
# The repository is let in, and whatever is not the branch or a pull request is refused.
export ISSUER=token.actions.githubusercontent.com
python3 - <<'PY'
import json, os
import boto3

iam, issuer = boto3.client("iam"), os.environ["ISSUER"]
providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
provider = next(each["Arn"] for each in providers if each["Arn"].endswith("/" + issuer))
wanted = {"release": "ref:refs/heads/{{ branch }}", "preview": "pull_request"}
for role, subject in wanted.items():
    who = {"Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity"}
    let_in = {
        "StringLike": {f"{issuer}:sub": "repo:{{ org }}/{{ app }}:*"},
        "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"},
    }
    refused = {"StringNotEquals": {f"{issuer}:sub": f"repo:{{ org }}/{{ app }}:{subject}"}}
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **who, "Condition": let_in}, {"Effect": "Deny", **who, "Condition": refused}],
    }
    iam.update_assume_role_policy(RoleName="{{ app }}-" + role, PolicyDocument=json.dumps(document))
PY
