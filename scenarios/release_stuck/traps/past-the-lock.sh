# caught-by: next-run-can-begin
cd {{ team }}-{{ product }}/{{ place }}
tofu init
tofu apply -auto-approve -lock=false
