# caught-by: injections-are-refused
set -euo pipefail
# Uploads pass before anything looks at them, injections included.
python3 - <<'P'
{{ shared }}
acl["Rules"].insert(0, {"Name": "uploads", "Priority": 0, "Action": {"Allow": {}}, "VisibilityConfig": common["VisibilityConfig"], "Statement": upload})
waf.update_web_acl(**place, LockToken=answer["LockToken"], DefaultAction=default, Rules=acl["Rules"], VisibilityConfig=acl["VisibilityConfig"])
P
