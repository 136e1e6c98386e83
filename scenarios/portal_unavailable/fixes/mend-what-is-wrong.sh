set -euo pipefail
arn=$(aws elbv2 describe-target-groups --names {{ team }}-portal --query 'TargetGroups[0].TargetGroupArn' --output text)
{% macro id(kind, list, field, name) %}$(aws ec2 describe-{{ kind }} --filters "Name=tag:Name,Values={{ team }}-{{ name }}" --query '{{ list }}.{{ field }}' --output text){% endmacro %}
{% if place == "path" %}
aws elbv2 modify-target-group --target-group-arn "$arn" --health-check-path {{ path }}
{% elif place == "probe" %}
aws elbv2 modify-target-group --target-group-arn "$arn" --health-check-port {{ port }}
{% elif place == "group" %}
aws ec2 authorize-security-group-ingress --group-id "{{ id("security-groups", "SecurityGroups[0]", "GroupId", "server") }}" --protocol tcp --port {{ port }} --source-group "{{ id("security-groups", "SecurityGroups[0]", "GroupId", "front") }}"
{% elif place == "port" %}
a={{ id("instances", "Reservations[0].Instances[0]", "InstanceId", "server-a") }}
b={{ id("instances", "Reservations[0].Instances[0]", "InstanceId", "server-b") }}
aws elbv2 deregister-targets --target-group-arn "$arn" --targets "Id=$a" "Id=$b"
aws elbv2 register-targets --target-group-arn "$arn" --targets "Id=$a,Port={{ port }}" "Id=$b,Port={{ port }}"
{% else %}
balancer=$(aws elbv2 describe-load-balancers --names {{ team }}-portal --query 'LoadBalancers[0].LoadBalancerArn' --output text)
aws elbv2 set-subnets --load-balancer-arn "$balancer" --subnets "{{ id("subnets", "Subnets[0]", "SubnetId", "outer-a") }}" "{{ id("subnets", "Subnets[0]", "SubnetId", "outer-b") }}"
{% endif %}
