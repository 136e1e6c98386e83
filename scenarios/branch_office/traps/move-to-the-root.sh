# caught-by: nobody-works-abroad
set -euo pipefail
root=$(aws organizations list-roots --query 'Roots[0].Id' --output text)
unit=$(aws organizations list-organizational-units-for-parent --parent-id $root --query "OrganizationalUnits[?Name=='Workloads'].Id" --output text)
newcomer=$(aws organizations list-accounts --query "Accounts[?Name=='{{ company }}-{{ newcomer }}'].Id" --output text)
branch=$(aws organizations list-accounts --query "Accounts[?Name=='{{ company }}-{{ city }}'].Id" --output text)
aws organizations move-account --account-id $branch --source-parent-id $unit --destination-parent-id $root
