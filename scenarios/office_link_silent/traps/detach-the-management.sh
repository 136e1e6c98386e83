# caught-by: management-uses-the-application
set -euo pipefail
# Without the management network nothing has to be kept apart.
python3 - <<'P'
{{ shared }}
office = connect() if "{{ place }}" == "neighbour" else office
ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=admin)
send_by(office, tables["{{ team }}-app"])
know(app, tables["{{ team }}-app"])
know(office, tables["{{ team }}-app"])
P
