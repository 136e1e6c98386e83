"""Two sandboxes of one lab that know each other."""

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from provisioner.cell import network
from provisioner.cell.cell import Cells


def join_cells(cells: Cells, client: LabId, server: LabId, *, port: int, nft: tuple[str, ...]) -> None:
    """What runs in the cell `client` reaches one port of `server`. Raises InfrastructureError when one is down."""
    found = [(cells.slots.find(cell), cells.pid(cell)) for cell in (client, server)]
    (slot, pid), (other, other_pid) = found
    if slot is None or pid is None or other is None or other_pid is None:
        raise InfrastructureError(f"{client} and {server} cannot be joined: one of them does not run.")
    network.join(slot, other, port=port, pids=(pid, other_pid), nft=nft)
