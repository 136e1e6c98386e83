set -euo pipefail
{% macro hub(name) %}$(aws ec2 describe-transit-gateway-route-tables --query "TransitGatewayRouteTables[?Tags[?Value=='{{ team }}-{{ name }}']].TransitGatewayRouteTableId | [0]" --output text){% endmacro %}
{% macro attachment(name) %}$(aws ec2 describe-transit-gateway-vpc-attachments --query "TransitGatewayVpcAttachments[?Tags[?Value=='{{ team }}-{{ name }}']].TransitGatewayAttachmentId | [0]" --output text){% endmacro %}
{% if place == "there" %}
aws ec2 enable-transit-gateway-route-table-propagation --transit-gateway-route-table-id "{{ hub(spoke) }}" --transit-gateway-attachment-id "{{ attachment("shared") }}"
{% elif place == "back" %}
aws ec2 enable-transit-gateway-route-table-propagation --transit-gateway-route-table-id "{{ hub("shared") }}" --transit-gateway-attachment-id "{{ attachment(spoke) }}"
{% elif place == "table" %}
attachment={{ attachment(spoke) }}
aws ec2 disassociate-transit-gateway-route-table --transit-gateway-route-table-id "{{ hub("retired") }}" --transit-gateway-attachment-id "$attachment"
aws ec2 associate-transit-gateway-route-table --transit-gateway-route-table-id "{{ hub(spoke) }}" --transit-gateway-attachment-id "$attachment"
{% elif place == "dropped" %}
aws ec2 delete-transit-gateway-route --transit-gateway-route-table-id "{{ hub("shared") }}" --destination-cidr-block 10.{{ net }}.{{ 16 if spoke == "prod" else 32 }}.0/24
{% else %}
table=$(aws ec2 describe-route-tables --filters "Name=tag:Name,Values={{ team }}-shared" --query 'RouteTables[0].RouteTableId' --output text)
gateway=$(aws ec2 describe-transit-gateways --query "TransitGateways[?Tags[?Value=='{{ team }}-hub']].TransitGatewayId | [0]" --output text)
aws ec2 create-route --route-table-id "$table" --destination-cidr-block 10.{{ net }}.{{ 16 if spoke == "prod" else 32 }}.0/20 --transit-gateway-id "$gateway"
{% endif %}
