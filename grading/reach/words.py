"""What the evaluator says, in both languages: why a path ends, why it cannot be judged, and what a hop is."""

from dataclasses import dataclass
from enum import StrEnum

from grading.findings import Words

Texts = tuple[str, str]
"""English and Spanish, with the same fields to fill in."""


class Why(StrEnum):
    """Every way in which a path can end or stay undecided. The value is stable: scenarios may name it."""

    GROUP_EGRESS = "security-group-egress"
    GROUP_INGRESS = "security-group-ingress"
    ACL_EGRESS = "network-acl-egress"
    ACL_INGRESS = "network-acl-ingress"
    NO_ROUTE = "no-route"
    BLACKHOLE = "blackhole"
    TARGET_GONE = "target-gone"
    NOT_ATTACHED = "not-attached"
    NOT_AVAILABLE = "not-available"
    NO_PUBLIC_ADDRESS = "no-public-address"
    PRIVATE_ON_INTERNET = "private-address-on-the-internet"
    INBOUND_REFUSED = "inbound-refused"
    NAT_FAMILY = "nat-family"
    NOBODY = "nobody-has-the-address"
    WRONG_PLACE = "wrong-place"
    SOURCE_DEST_CHECK = "source-dest-check"
    NOT_TRANSITIVE = "not-transitive"
    NO_ZONE = "zone-without-attachment"
    NOT_ASSOCIATED = "attachment-without-table"
    TUNNELS_DOWN = "tunnels-down"
    ASN_MISMATCH = "asn-mismatch"
    NO_VPN_ROUTE = "no-vpn-route"
    NOT_RUNNING = "not-running"
    MISSING = "missing"
    ASYMMETRIC = "asymmetric"
    LOOP = "loop"
    UNREAD = "unread"
    UNMODELLED = "unmodelled"
    AMBIGUOUS = "ambiguous"
    APPLIANCE = "appliance"
    POLICY = "endpoint-policy"


TEXTS: dict[Why, Texts] = {
    Why.GROUP_EGRESS: (
        "no outbound rule of its security groups allows {traffic} to {peer}",
        "ninguna regla de salida de sus grupos de seguridad permite {traffic} hacia {peer}",
    ),
    Why.GROUP_INGRESS: (
        "no inbound rule of its security groups allows {traffic} from {peer}",
        "ninguna regla de entrada de sus grupos de seguridad permite {traffic} desde {peer}",
    ),
    Why.ACL_EGRESS: (
        "the network ACL of {subnet} does not let {traffic} to {peer} out",
        "la ACL de red de {subnet} no deja salir {traffic} hacia {peer}",
    ),
    Why.ACL_INGRESS: (
        "the network ACL of {subnet} does not let {traffic} from {peer} in",
        "la ACL de red de {subnet} no deja entrar {traffic} desde {peer}",
    ),
    Why.NO_ROUTE: ("the route table has no route to {peer}", "la tabla de rutas no tiene ruta hacia {peer}"),
    Why.BLACKHOLE: (
        "the route to {peer} drops packets (blackhole)",
        "la ruta hacia {peer} descarta los paquetes (blackhole)",
    ),
    Why.TARGET_GONE: (
        "the route to {peer} leads to something that no longer exists",
        "la ruta hacia {peer} apunta a algo que ya no existe",
    ),
    Why.NOT_ATTACHED: ("it is not attached to {peer}", "no está conectado a {peer}"),
    Why.NOT_AVAILABLE: ("it is not in service", "no está en servicio"),
    Why.NO_PUBLIC_ADDRESS: (
        "{peer} has no public address, which an internet gateway needs",
        "{peer} no tiene dirección pública, y una internet gateway la necesita",
    ),
    Why.PRIVATE_ON_INTERNET: (
        "{peer} is a private address: the internet has no way to it",
        "{peer} es una dirección privada: internet no tiene camino hacia ella",
    ),
    Why.INBOUND_REFUSED: (
        "it passes only what was begun from inside",
        "solo deja pasar lo que se inició desde dentro",
    ),
    Why.NAT_FAMILY: (
        "a NAT gateway does not translate between these addresses",
        "una NAT gateway no traduce entre estas direcciones",
    ),
    Why.NOBODY: ("nobody there has the address {peer}", "nadie tiene allí la dirección {peer}"),
    Why.WRONG_PLACE: (
        "packets to {peer} arrive at another place than the one asked for",
        "los paquetes hacia {peer} llegan a un lugar distinto del esperado",
    ),
    Why.SOURCE_DEST_CHECK: (
        "the interface drops packets that are not its own (source/destination check)",
        "la interfaz descarta los paquetes que no son suyos (comprobación de origen y destino)",
    ),
    Why.NOT_TRANSITIVE: (
        "what enters here can only reach the VPC's own addresses, not {peer} (no transit through a VPC)",
        "lo que entra por aquí solo alcanza direcciones de la propia VPC, no {peer} (una VPC no da tránsito)",
    ),
    Why.NO_ZONE: (
        "the transit gateway attachment has no subnet in the zone {peer}",
        "la conexión a la transit gateway no tiene subred en la zona {peer}",
    ),
    Why.NOT_ASSOCIATED: (
        "the transit gateway attachment is associated with no route table",
        "la conexión a la transit gateway no está asociada a ninguna tabla de rutas",
    ),
    Why.TUNNELS_DOWN: ("both tunnels are down", "los dos túneles están caídos"),
    Why.ASN_MISMATCH: (
        "no BGP session: the customer gateway names an AS other than the device's",
        "no hay sesión BGP: la customer gateway indica un AS distinto al del dispositivo",
    ),
    Why.NO_VPN_ROUTE: (
        "no VPN connection of it has a route to {peer}",
        "ninguna de sus conexiones VPN tiene ruta hacia {peer}",
    ),
    Why.NOT_RUNNING: ("the instance does not run", "la instancia no está en marcha"),
    Why.MISSING: ("it does not exist", "no existe"),
    Why.ASYMMETRIC: (
        "the answer takes another way and does not come back as an answer: {peer}",
        "la respuesta toma otro camino y no vuelve como respuesta: {peer}",
    ),
    Why.LOOP: ("packets to {peer} go round in a circle", "los paquetes hacia {peer} dan vueltas en círculo"),
    Why.UNREAD: ("this could not be read: {peer}", "esto no se pudo leer: {peer}"),
    Why.UNMODELLED: ("{peer} is not modelled", "{peer} no está modelado"),
    Why.AMBIGUOUS: ("it cannot be told which applies: {peer}", "no se puede saber cuál se aplica: {peer}"),
    Why.APPLIANCE: (
        "what the machine behind the interface does with packets cannot be seen from AWS",
        "desde AWS no se ve qué hace con los paquetes la máquina que hay tras la interfaz",
    ),
    Why.POLICY: (
        "the endpoint's policy is not the default one, and is not judged here",
        "la política del endpoint no es la predeterminada y aquí no se juzga",
    ),
}
ON_THE_WAY_BACK: Texts = ("on the way back, ", "en el camino de vuelta, ")
VERDICTS: dict[str, Texts] = {
    "reachable": ("reachable", "alcanzable"),
    "unreachable": ("not reachable", "no alcanzable"),
    "inconclusive": ("cannot be judged", "no se puede determinar"),
    "partial": ("reachable in part", "alcanzable en parte"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a path ends or is in doubt: the resource, which field of it decides, and what was there."""

    why: Why
    resource_id: str
    field: str
    found: str
    words: Words


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: the resource, and the table, route or rule by which it was taken."""

    resource_id: str
    by: str = ""


def reason(why: Why, resource_id: str, field: str, found: str = "", **facts: str) -> Reason:
    """A reason in both languages; `facts` fill in the text of `why`."""
    english, spanish = TEXTS[why]
    name = f"{resource_id}: " if resource_id else ""
    return Reason(why, resource_id, field, found, Words(name + english.format(**facts), name + spanish.format(**facts)))


def on_the_way_back(given: Reason) -> Reason:
    """The same reason, said of the answer's path."""
    english, spanish = ON_THE_WAY_BACK
    words = Words(english + given.words.en, spanish + given.words.es)
    return Reason(given.why, given.resource_id, given.field, given.found, words)
