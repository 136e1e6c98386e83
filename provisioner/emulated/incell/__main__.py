"""Serve a lab's AWS account. `python3 -m provisioner.emulated.incell CONFIG` writes one JSON object when it answers.

CONFIG: {"port", "account", "region", "token"}; times are not limited: the cell is.
"""

import json
import sys
import time
from functools import cache
from pathlib import Path

THREADS = 6
"""Requests served side by side; moto computes, so more threads than cores only wait for each other."""
MAX_BODY_BYTES = 64 * 2**20
"""An upload is held in memory, which the cell limits."""


def main(config_path: str) -> None:
    """Serve until killed."""
    begun = time.monotonic()
    config = json.loads(Path(config_path).read_text(encoding="utf-8"))

    import botocore.session  # noqa: PLC0415 - what a server imports is part of the time until it is ready

    # All sessions share what they have read: moto makes four as it is imported, and each would read EC2's model.
    botocore.session.create_loader = cache(botocore.session.create_loader)

    from provisioner.emulated.incell import account  # noqa: PLC0415 - before moto's services are imported

    account.set_default(config["account"])

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: PLC0415
    from waitress.server import create_server  # noqa: PLC0415

    from provisioner.emulated.incell import repairs  # noqa: PLC0415
    from provisioner.emulated.incell.authority import install  # noqa: PLC0415
    from provisioner.emulated.incell.gate import Gate  # noqa: PLC0415

    gate = Gate(DomainDispatcherApplication(create_backend_app), token=config["token"], account=config["account"])
    install(gate)
    repairs.apply()
    server = create_server(  # it listens from here on
        gate,
        host="0.0.0.0",  # noqa: S104 - the cell's own network
        port=config["port"],
        threads=THREADS,
        max_request_body_size=MAX_BODY_BYTES,
        clear_untrusted_proxy_headers=True,
        ident="aws",
    )
    sys.stdout.write(json.dumps({"event": "ready", "seconds": round(time.monotonic() - begun, 3)}) + "\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main(sys.argv[1])
