"""Who is let in to the documents, by the bucket's policy and its access control list."""

import json

from grading.helpers import Finding, ScenarioView, check, failed, passed
from labs.core.aws import AwsCall

EVERYBODY = "http://acs.amazonaws.com/groups/global/"


@check("no-stranger-is-let-in")
def no_stranger_is_let_in(view: ScenarioView) -> Finding:
    """Neither list nor policy opens the bucket to others than principals of the account."""
    bucket = {"Bucket": view.parameters["Documents"]}
    grants = view.aws.ask(AwsCall("s3", "GetBucketAcl", bucket)).result.get("Grants", [])
    open_lists = [grant for grant in grants if str(grant["Grantee"].get("URI", "")).startswith(EVERYBODY)]
    if open_lists:
        return failed(
            en="The bucket's access control list lets everybody in.",
            es="La lista de control de acceso del bucket deja entrar a cualquiera.",
            expected="no grant to a global group",
            actual=json.dumps(open_lists),
        )
    answer = view.aws.ask(AwsCall("s3", "GetBucketPolicy", bucket))
    if answer.error_code:  # no policy: the account's own principals still have their own rights
        return passed(en="The bucket has no policy.", es="El bucket no tiene política.")
    for statement in json.loads(answer.result["Policy"])["Statement"]:
        if statement["Effect"] == "Allow" and not _is_ours(statement.get("Principal"), view.aws.account):
            return failed(
                en="The bucket's policy lets in others than principals of the account.",
                es="La política del bucket deja entrar a otros que los de la cuenta.",
                expected=f"principals of account {view.aws.account}",
                actual=json.dumps(statement),
            )
    return passed(en="List and policy let in only our own.", es="Lista y política solo dejan entrar a los nuestros.")


def _is_ours(principal: object, account: str) -> bool:
    if not isinstance(principal, dict) or set(principal) - {"AWS"}:
        return False
    named = principal.get("AWS", [])
    names = [named] if isinstance(named, str) else named
    return all(f"::{account}:" in name or name == account for name in names)
