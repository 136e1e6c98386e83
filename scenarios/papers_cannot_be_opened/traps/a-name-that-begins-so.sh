# caught-by: look-alikes-get-nothing
set -euo pipefail
{{ shared }}
trusted {{ app }}-archive "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\"},\"StringLike\":{\"$issuer:sub\":\"system:serviceaccount:{{ ns }}:archive*\"}}"
