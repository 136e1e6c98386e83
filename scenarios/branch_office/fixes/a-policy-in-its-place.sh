set -euo pipefail
# Another policy of two statements, and a unit for newcomers below the one that has the guardrails.
root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
unit=$(aws organizations list-organizational-units-for-parent --parent-id $root --query "OrganizationalUnits[?Name=='Workloads'].Id" --output text)
newcomer=$(aws organizations list-accounts --query "Accounts[?Name=='{{ company }}-{{ newcomer }}'].Id" --output text)
regions=$(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query "Policies[?Name=='regions'].Id" --output text)
two='{"Version":"2012-10-17","Statement":[
 {"Sid":"Abroad","Effect":"Deny","NotAction":["iam:*","sts:*","organizations:*","account:*","route53:*","cloudfront:*","support:*","budgets:*","ce:*","health:*"],"Resource":"*","Condition":{
  "StringNotLike":{"aws:RequestedRegion":["{{ home }}","eu-west-1"]},"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/AWSControlTowerExecution"}}}]}'
mended=$(aws organizations create-policy --name home-regions --description regions --type SERVICE_CONTROL_POLICY --content "$two" --query Policy.PolicySummary.Id --output text)
aws organizations attach-policy --policy-id $mended --target-id $unit
aws organizations detach-policy --policy-id $regions --target-id $unit
unit=$(aws organizations create-organizational-unit --parent-id $unit --name Newcomers --query OrganizationalUnit.Id --output text)
aws organizations move-account --account-id $newcomer --source-parent-id $root --destination-parent-id $unit
