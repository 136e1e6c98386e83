# caught-by: preview-gets-nothing
set -euo pipefail
{{ shared }}
trusted {{ app }}-archive "{\"StringEquals\":{\"$issuer:aud\":\"sts.amazonaws.com\"},\"StringLike\":{\"$issuer:sub\":\"system:serviceaccount:{{ ns }}:*\"}}"
