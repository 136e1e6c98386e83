set -euo pipefail
python3 - <<'P'
{{ shared }}
common["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"] = [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
for each in database["Statement"]["OrStatement"]["Statements"]:
    if "Body" in each["SqliMatchStatement"]["FieldToMatch"]:
        each["SqliMatchStatement"]["FieldToMatch"]["Body"] = {"OversizeHandling": "CONTINUE"}
length["Statement"] = {"AndStatement": {"Statements": [large, {"NotStatement": {"Statement": upload}}]}}
waf.update_web_acl(**place, LockToken=answer["LockToken"], DefaultAction=default, Rules=acl["Rules"], VisibilityConfig=acl["VisibilityConfig"])
P
