# caught-by: nobody-works-abroad
set -euo pipefail
root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
unit=$(aws organizations list-organizational-units-for-parent --parent-id $root --query "OrganizationalUnits[?Name=='Workloads'].Id" --output text)
newcomer=$(aws organizations list-accounts --query "Accounts[?Name=='{{ company }}-{{ newcomer }}'].Id" --output text)
regions=$(aws organizations list-policies --filter SERVICE_CONTROL_POLICY --query "Policies[?Name=='regions'].Id" --output text)
aws organizations detach-policy --policy-id $regions --target-id $unit
aws organizations move-account --account-id $newcomer --source-parent-id $root --destination-parent-id $unit
