set -euo pipefail
python3 - <<'P'
import boto3

waf = boto3.client("wafv2")
found = next(acl for acl in waf.list_web_acls(Scope="REGIONAL")["WebACLs"] if acl["Name"] == "{{ team }}-portal")
place = {"Name": found["Name"], "Scope": "REGIONAL", "Id": found["Id"]}
answer = waf.get_web_acl(**place)
acl = answer["WebACL"]
acl["Rules"] = [{key: value for key, value in rule.items() if value is not None} for rule in acl["Rules"]]
common, database, length = acl["Rules"]
default = {"Allow": {}}
none = [{"Priority": 0, "Type": "NONE"}]
large = {"SizeConstraintStatement": {"FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}}, "ComparisonOperator": "GT", "Size": 8192, "TextTransformations": none}}
upload = {"ByteMatchStatement": {"FieldToMatch": {"UriPath": {}}, "PositionalConstraint": "STARTS_WITH", "SearchString": b"/{{ path }}", "TextTransformations": none}}
common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] = [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
for each in database["Statement"]["OrStatement"]["Statements"]:
    if "Body" in each["SqliMatchStatement"]["FieldToMatch"]:
        each["SqliMatchStatement"]["FieldToMatch"]["Body"] = {"OversizeHandling": "CONTINUE"}
length["Statement"] = {"AndStatement": {"Statements": [large, {"NotStatement": {"Statement": upload}}]}}
waf.update_web_acl(**place, LockToken=answer["LockToken"], DefaultAction=default, Rules=acl["Rules"], VisibilityConfig=acl["VisibilityConfig"])
P
