"""What moto 5.2.5 does wrongly and a lab needs right. Each goes when moto mends it; the tests tell."""

from typing import Any


def apply() -> None:
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
