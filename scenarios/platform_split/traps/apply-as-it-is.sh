# caught-by: nothing-was-rebuilt
cd {{ team }}-{{ product }}
tofu init
tofu apply -auto-approve
