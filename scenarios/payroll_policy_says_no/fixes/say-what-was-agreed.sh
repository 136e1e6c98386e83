# The three expressions as the rules say them.
set -euo pipefail
kubectl patch validatingadmissionpolicy {{ ns }}-rules --type=json -p "$(cat <<'JSON'
[{"op":"replace","path":"/spec/variables/0/expression","value":"has(object.metadata.labels) && object.metadata.labels[?'cost-centre'].orValue('').matches('^cc-[0-9]{4}$')"},
 {"op":"replace","path":"/spec/variables/1/expression","value":"object.spec.containers.all(c, has(c.resources) && has(c.resources.limits) && 'memory' in c.resources.limits && !quantity(c.resources.limits['memory']).isGreaterThan(quantity('64Mi')))"},
 {"op":"replace","path":"/spec/variables/2/expression","value":"object.spec.containers.all(c, c.image.startsWith('lab.local/'))"}]
JSON
)"
sleep 2
kubectl -n {{ ns }} rollout restart deployment {{ app }}
kubectl -n {{ ns }} rollout status deployment {{ app }} --timeout=60s
