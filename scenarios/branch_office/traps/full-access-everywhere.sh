# caught-by: people-work-at-home
set -euo pipefail
# An Allow more changes nothing where a Deny applies.
root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
unit=$(aws organizations list-organizational-units-for-parent --parent-id $root --query "OrganizationalUnits[?Name=='Workloads'].Id" --output text)
newcomer=$(aws organizations list-accounts --query "Accounts[?Name=='{{ company }}-{{ newcomer }}'].Id" --output text)
full=$(aws organizations create-policy --name full --description all --type SERVICE_CONTROL_POLICY --query Policy.PolicySummary.Id --output text \
  --content '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')
aws organizations attach-policy --policy-id $full --target-id $root
aws organizations attach-policy --policy-id $full --target-id $unit
aws organizations move-account --account-id $newcomer --source-parent-id $root --destination-parent-id $unit
