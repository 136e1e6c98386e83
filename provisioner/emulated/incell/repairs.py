"""What moto 5.2.5 does wrongly and a lab needs right. Each goes when moto mends it; the tests tell."""

from typing import Any


def apply() -> None:
    """All of them, once moto's services may be imported: after the account is set."""
    _tell_attachments_of_static_routes()
    _update_methods()
    _keep_inline_policies_as_json()


def _tell_attachments_of_static_routes() -> None:
    """Static routes of transit gateways tell their attachment: moto gives one where its answer's form wants a list."""
    from moto.ec2.models.transit_gateway_route_tables import (  # noqa: PLC0415 - after the account is set
        TransitGatewayRouteTableBackend,
    )

    made = TransitGatewayRouteTableBackend.create_transit_gateway_route

    def create_transit_gateway_route(self: Any, *arguments: Any, **named: Any) -> Any:
        route: dict[str, Any] = made(self, *arguments, **named)
        if isinstance(attachment := route.get("transitGatewayAttachments"), dict):
            route["transitGatewayAttachments"] = [attachment]
        return route

    TransitGatewayRouteTableBackend.create_transit_gateway_route = create_transit_gateway_route  # type: ignore[method-assign]


_METHOD_PARTS = {
    "/authorizationType": "authorization_type",
    "/authorizerId": "authorizer_id",
    "/apiKeyRequired": "api_key_required",
    "/operationName": "operation_name",
    "/requestValidatorId": "request_validator_id",
}


def _update_methods() -> None:
    """apigateway:UpdateMethod, which moto answers with an internal error, changes what its paths name.

    https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateMethod.html; other paths are refused.
    """
    import json  # noqa: PLC0415

    from moto.apigateway.exceptions import InvalidRequestInput  # noqa: PLC0415
    from moto.apigateway.responses import APIGatewayResponse  # noqa: PLC0415

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

    APIGatewayResponse.update_method = update_method  # type: ignore[attr-defined]


def _keep_inline_policies_as_json() -> None:
    """Inline policies of roles that CloudFormation made are JSON: moto keeps, and shows, Python's form of them."""
    import json  # noqa: PLC0415

    from moto.iam.models import Role  # noqa: PLC0415

    put = Role.put_policy

    def put_policy(self: Any, policy_name: str, policy: Any) -> None:
        put(self, policy_name, policy if isinstance(policy, str) else json.dumps(policy))

    Role.put_policy = put_policy  # type: ignore[method-assign, assignment]
