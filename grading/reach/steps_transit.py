"""Steps across a transit gateway: by the table of the attachment it came from, to the attachment that a route names.

https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
"""

from grading.reach.hybrid import Attachment, TransitTable
from grading.reach.network import Network
from grading.reach.routing import transit_route
from grading.reach.sites import into_site
from grading.reach.walk import Crossing, Leaving, Walk
from grading.reach.words import Why, reason


def cross(network: Network, walk: Walk, stage: Crossing) -> tuple[Walk, ...]:
    """Handed to the attachments that the table chooses; several share the flows between them."""
    attachment = network.attachments[stage.gateway_id, stage.attachment_id]
    tables = network.tables_associated(attachment)
    told = network.unread_of("DescribeTransitGatewayRouteTables", "GetTransitGatewayRouteTableAssociations")
    if not tables and told:
        return (walk.undecided(reason(Why.UNREAD, attachment.id, "Association", "", peer=told)),)
    if not tables:
        return (walk.stopped(reason(Why.NOT_ASSOCIATED, attachment.id, "Association", "")),)
    if len(tables) > 1:
        names = ", ".join(table.id for table in tables)
        return (walk.undecided(reason(Why.AMBIGUOUS, attachment.id, "Association", names, peer=names)),)
    return _by_table(network, walk, tables[0])


def _by_table(network: Network, walk: Walk, table: TransitTable) -> tuple[Walk, ...]:
    destination = walk.packet.destination
    choice = transit_route(network, table, destination)
    if choice.doubt:
        return (walk.undecided(choice.doubt),)
    if choice.blackhole:
        return (walk.stopped(reason(Why.BLACKHOLE, table.id, "Routes", choice.blackhole, peer=str(destination))),)
    if not choice.attachment_ids:
        return (walk.stopped(reason(Why.NO_ROUTE, table.id, "Routes", "", peer=str(destination))),)
    handed: list[Walk] = []
    for attachment_id in choice.attachment_ids:
        one = walk.hop(table.id, f"{destination} → {attachment_id}")
        attachment = network.attachments.get((table.gateway_id, attachment_id))
        told = network.unread_of("DescribeTransitGatewayAttachments")
        if attachment is None and told:
            handed.append(one.undecided(reason(Why.UNREAD, attachment_id, "State", "", peer=told)))
        elif attachment is None or attachment.state != "available":
            state = attachment.state if attachment else ""
            handed.append(one.stopped(reason(Why.NOT_AVAILABLE, attachment_id, "State", state)))
        else:
            handed += _out_by(network, one.hop(attachment_id).carried_by(attachment_id), attachment)
    return tuple(handed)


def _out_by(network: Network, walk: Walk, attachment: Attachment) -> tuple[Walk, ...]:
    if attachment.kind == "vpc":
        return _into_vpc(network, walk, attachment)
    if attachment.kind == "vpn":
        connection = network.vpn_connections.get(attachment.resource_id)
        if connection:
            return (into_site(network, walk, connection),)
        told = network.unread_of("DescribeVpnConnections") or attachment.resource_id
        return (walk.undecided(reason(Why.UNREAD, attachment.id, "ResourceId", "", peer=told)),)
    if attachment.kind == "peering":
        return (_into_peer(network, walk, attachment),)
    return (
        walk.undecided(reason(Why.UNMODELLED, attachment.id, "ResourceType", attachment.kind, peer=attachment.kind)),
    )


def _into_peer(network: Network, walk: Walk, attachment: Attachment) -> Walk:
    """In the transit gateway at the other end, which routes it by the table of its own end of the peering."""
    ends = [one for (gateway, name), one in network.attachments.items()
            if name == attachment.id and gateway != attachment.gateway_id]  # fmt: skip
    if not ends:
        return walk.undecided(reason(Why.UNREAD, attachment.id, "ResourceId", "", peer=attachment.resource_id))
    return walk.carried_by(ends[0].gateway_id).to(Crossing(ends[0].gateway_id, ends[0].id))


def _into_vpc(network: Network, walk: Walk, attachment: Attachment) -> tuple[Walk, ...]:
    """Put into the VPC by the attachment's interface in the sender's zone, else by any of them."""
    if attachment.subnet_ids is None or attachment.resource_id not in network.vpcs:
        told = network.unread_of("DescribeTransitGatewayVpcAttachments", "DescribeVpcs") or attachment.resource_id
        return (walk.undecided(reason(Why.UNREAD, attachment.id, "SubnetIds", "", peer=told)),)
    doors = [network.subnets[one] for one in attachment.subnet_ids if one in network.subnets]
    same = [door for door in doors if door.zone == walk.zone]
    if not doors:
        return (walk.stopped(reason(Why.NO_ZONE, attachment.id, "SubnetIds", "", peer=walk.zone)),)
    chosen = sorted(same or doors, key=lambda door: door.id)
    return tuple(walk.to(Leaving(door.id, transit=True)) for door in chosen)
