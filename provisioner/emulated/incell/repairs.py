"""What moto 5.2.5 does wrongly and a lab needs right. Each goes when moto mends it; the tests tell.

A repair is made as its module of moto's is imported, which moto does when a service is first asked: EC2's alone are a
second of work that most accounts never need.
"""

import json
from threading import Lock
from types import ModuleType
from typing import Any

from werkzeug.routing import Rule
from wrapt import register_post_import_hook


def apply() -> None:
    """All of them, those of modules that are imported later as well."""
    for module, repair in {
        "moto.ec2.models.transit_gateway_route_tables": _tell_attachments_of_static_routes,
        "moto.apigateway.responses": _update_methods,
        "moto.iam.models": _keep_inline_policies_as_json,
        "moto.secretsmanager.models": _follow_the_current_version_of_secrets,
        "moto.ec2.responses.elastic_block_store": _ask_whose_snapshots,
        "moto.wafv2.models": _have_one_firewall_at_a_time,
    }.items():
        register_post_import_hook(repair, module)
    compile_rules_in_turn()


def compile_rules_in_turn() -> None:
    """One thread at a time compiles the rules by which moto finds a service's operations, at its first request.

    werkzeug makes a syntax tree of each rule, and Python 3.11 counts the depth of all threads' trees together: two at
    a time now and then end in SystemError ("AST constructor recursion depth mismatch"), which clients get as an
    internal error. For every process that serves moto from threads. https://github.com/python/cpython/issues/106905
    """
    turn = Lock()
    compile_rule = Rule.compile

    def compile(self: Any) -> None:  # noqa: A001 - the method's name
        with turn:
            compile_rule(self)

    Rule.compile = compile  # type: ignore[method-assign]


def _tell_attachments_of_static_routes(module: ModuleType) -> None:
    """Static routes of transit gateways tell their attachment: moto gives one where its answer's form wants a list."""
    backend = module.TransitGatewayRouteTableBackend
    made = backend.create_transit_gateway_route

    def create_transit_gateway_route(self: Any, *arguments: Any, **named: Any) -> Any:
        route: dict[str, Any] = made(self, *arguments, **named)
        if isinstance(attachment := route.get("transitGatewayAttachments"), dict):
            route["transitGatewayAttachments"] = [attachment]
        return route

    backend.create_transit_gateway_route = create_transit_gateway_route


_METHOD_PARTS = {
    "/authorizationType": "authorization_type",
    "/authorizerId": "authorizer_id",
    "/apiKeyRequired": "api_key_required",
    "/operationName": "operation_name",
    "/requestValidatorId": "request_validator_id",
}


def _update_methods(module: ModuleType) -> None:
    """apigateway:UpdateMethod, which moto answers with an internal error, changes what its paths name.

    https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethod.html; other paths are refused.
    """
    from moto.apigateway.exceptions import InvalidRequestInput  # noqa: PLC0415 - after the account is set

    def update_method(self: Any) -> str:
        _, _, api, _, resource, _, method_type = self.path.split("/")[:7]
        method = self.backend.get_method(api, resource, method_type)
        changes = self._get_param("patchOperations") or []
        for change in changes:
            name = _METHOD_PARTS.get(change["path"])
            if name is None or change["op"] not in {"replace", "remove"}:
                raise InvalidRequestInput
            value = change.get("value") if change["op"] == "replace" else None
            setattr(method, name, value == "true" if name == "api_key_required" else value)
        return json.dumps(method.to_json())

    module.APIGatewayResponse.update_method = update_method


def _keep_inline_policies_as_json(module: ModuleType) -> None:
    """Inline policies of roles that CloudFormation made are JSON: moto keeps, and shows, Python's form of them."""
    put = module.Role.put_policy

    def put_policy(self: Any, policy_name: str, policy: Any) -> None:
        put(self, policy_name, policy if isinstance(policy, str) else json.dumps(policy))

    module.Role.put_policy = put_policy


def _follow_the_current_version_of_secrets(module: ModuleType) -> None:
    """secretsmanager:GetSecretValue without version or stage gives AWSCURRENT, also after that label was moved.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html; moto remembers the version
    that was current before, and would move the label from there at the next change.
    """
    backend = module.SecretsManagerBackend
    update = backend.update_secret_version_stage

    def update_secret_version_stage(
        self: Any, secret_id: str, version_stage: str, remove_from_version_id: str, move_to_version_id: str
    ) -> Any:
        answer = update(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT" and move_to_version_id:
            self.secrets[secret_id].set_default_version_id(move_to_version_id)
        return answer

    backend.update_secret_version_stage = update_secret_version_stage


def _ask_whose_snapshots(module: ModuleType) -> None:
    """ec2:DescribeSnapshots heeds OwnerIds (ids, `self`, `amazon`): moto shows those of its images to who asks for own.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html; without OwnerIds AWS shows the
    public snapshots of others too, as moto does.
    """
    from moto.core.responses import ActionResult  # noqa: PLC0415

    def describe_snapshots(self: Any) -> ActionResult:
        owners = {self.current_account if each == "self" else each for each in self._get_param("OwnerIds", [])}
        found = self.ec2_backend.describe_snapshots(
            snapshot_ids=self._get_param("SnapshotIds", []), filters=self._filters_from_querystring()
        )
        kept = [each for each in found if not owners or owners & {each.owner_id, _alias(self.ec2_backend, each)}]
        return ActionResult({"Snapshots": kept})

    def _alias(backend: Any, snapshot: Any) -> str:
        image = backend.amis.get(snapshot.from_ami)
        return str(getattr(image, "owner_alias", None) or "")

    module.ElasticBlockStore.describe_snapshots = describe_snapshots


def _have_one_firewall_at_a_time(module: ModuleType) -> None:
    """wafv2:AssociateWebACL puts the web ACL in the place of the one that the resource had: moto keeps both.

    "You can associate each AWS resource with only one web ACL":
    https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html.
    """
    backend = module.WAFV2Backend
    associate = backend.associate_web_acl

    def associate_web_acl(self: Any, web_acl_arn: str, resource_arn: str) -> None:
        associate(self, web_acl_arn, resource_arn)  # it refuses a web ACL that is not there
        for arn, web_acl in self.wacls.items():
            others = [each for each in web_acl.associated_resources if each != resource_arn]
            web_acl.associated_resources[:] = [*others, resource_arn] if arn == web_acl_arn else others

    backend.associate_web_acl = associate_web_acl
