# caught-by: other-attacks-are-refused
set -euo pipefail
python3 - <<'P'
{{ shared }}
for each in database["Statement"]["OrStatement"]["Statements"]:
    if "Body" in each["SqliMatchStatement"]["FieldToMatch"]:
        each["SqliMatchStatement"]["FieldToMatch"]["Body"] = {"OversizeHandling": "CONTINUE"}
length["Statement"] = {"AndStatement": {"Statements": [large, {"NotStatement": {"Statement": upload}}]}}
acl["Rules"].remove(common)
waf.update_web_acl(**place, LockToken=answer["LockToken"], DefaultAction=default, Rules=acl["Rules"], VisibilityConfig=acl["VisibilityConfig"])
P
