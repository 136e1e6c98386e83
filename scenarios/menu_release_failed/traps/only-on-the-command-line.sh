# caught-by: files-are-what-runs
# It runs, until somebody upgrades from the folder the next time.
set -euo pipefail
helm -n {{ ns }} upgrade {{ app }} /home/work/{{ app }}-chart --reset-values --set probe.path=/readyz,probe.port={{ port }},settings={{ app }}-settings --wait --timeout 90s
