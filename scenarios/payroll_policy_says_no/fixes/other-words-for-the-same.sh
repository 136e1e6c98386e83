# The same rules in other words, without variables.
set -euo pipefail
kubectl patch validatingadmissionpolicy {{ ns }}-rules --type=json -p "$(cat <<'JSON'
[{"op":"remove","path":"/spec/variables"},
 {"op":"replace","path":"/spec/validations","value":[
  {"expression":"has(object.metadata.labels) && 'cost-centre' in object.metadata.labels && object.metadata.labels['cost-centre'].find('^cc-\\\\d\\\\d\\\\d\\\\d$') != ''","message":"cost-centre: cc- and four digits"},
  {"expression":"!object.spec.containers.exists(c, !has(c.resources) || !has(c.resources.limits) || !('memory' in c.resources.limits) || quantity(c.resources.limits['memory']).compareTo(quantity('65536Ki')) > 0)","message":"at most 64 MiB"},
  {"expression":"!object.spec.containers.exists(c, !c.image.matches('^lab[.]local/'))","message":"images from lab.local"}]}]
JSON
)"
sleep 2
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
