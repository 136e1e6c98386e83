set -euo pipefail
# The group counts and labels large bodies; a rule after it refuses those that are no uploads. AWS's group looks for injections.
python3 - <<'P'
{{ shared }}
common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] = [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
length["Statement"] = {"AndStatement": {"Statements": [
    {"LabelMatchStatement": {"Scope": "LABEL", "Key": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}},
    {"NotStatement": {"Statement": upload}},
]}}
acl["Rules"][1] = {
    "Name": "database", "Priority": 20, "OverrideAction": {"None": {}}, "VisibilityConfig": database["VisibilityConfig"],
    "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesSQLiRuleSet"}},
}
waf.update_web_acl(**place, LockToken=answer["LockToken"], DefaultAction=default, Rules=acl["Rules"], VisibilityConfig=acl["VisibilityConfig"])
P
