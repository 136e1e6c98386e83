# caught-by: office-kept-from-management
set -euo pipefail
# The office sends by the application's table, which knows the management network, and that one is told of the office.
python3 - <<'P'
{{ shared }}
office = connect() if "{{ place }}" == "neighbour" else office
send_by(office, tables["{{ team }}-app"])
know(app, tables["{{ team }}-app"])
for table in tables.values():
    know(office, table)
P
