set -euo pipefail
{% macro acl(name) %}$(aws ec2 describe-network-acls --filters "Name=tag:Name,Values={{ team }}-{{ name }}" --query 'NetworkAcls[0].NetworkAclId' --output text){% endmacro %}
{% macro group(name) %}$(aws ec2 describe-security-groups --filters "Name=tag:Name,Values={{ team }}-{{ name }}" --query 'SecurityGroups[0].GroupId' --output text){% endmacro %}
{% if place in ("answers", "some") %}
acl={{ acl("data") }}
aws ec2 replace-network-acl-entry --network-acl-id "$acl" --egress --rule-number 100 --protocol 6 --rule-action allow --cidr-block 10.{{ net }}.0.0/24 --port-range From=1024,To=65535
aws ec2 replace-network-acl-entry --network-acl-id "$acl" --egress --rule-number 110 --protocol 6 --rule-action allow --cidr-block 10.{{ net }}.1.0/24 --port-range From=1024,To=65535
{% elif place == "inward" %}
aws ec2 create-network-acl-entry --network-acl-id "{{ acl("web") }}" --ingress --rule-number 120 --protocol 6 --rule-action allow --cidr-block 10.{{ net }}.8.0/24 --port-range From=32768,To=60999
{% elif place == "order" %}
aws ec2 delete-network-acl-entry --network-acl-id "{{ acl("data") }}" --ingress --rule-number 90
{% else %}
aws ec2 authorize-security-group-ingress --group-id "{{ group("data") }}" --protocol tcp --port {{ port }} --source-group "{{ group("web") }}"
{% endif %}
