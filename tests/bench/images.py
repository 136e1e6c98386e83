"""What a large set of images costs a lab: labs with and without it start by turns, in one run."""

import random
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import SandboxSpec
from labs.core.settings import Settings
from provisioner.images import golden, unpacked
from provisioner.images.golden import ImageSet
from provisioner.images.layers import File, Image, Tree
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.labnode.engine import LabnodeEngine
from provisioner.toolchain.progress import Silent
from tests.bench.command import expect_nothing_left
from tests.bench.pods import deployment, wait_until_ready

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

IMAGES, LAYERS, FILES = 10, 5, 100
FILE_BYTES = 100_000
"""500 MB in 5,000 files, in 50 layers of 10 images; at random, so that nothing compresses or is shared."""


def bench_images(found: "Measurements", home: Path, rounds: int) -> None:
    """Start and disk of a lab with a Deployment running from one of ten large images, beside a lab of today's set."""
    large = ImageSet("bench", golden.TOOLS, lambda: f"bench {golden.key()}", _with_large)
    store = unpacked.ensure(Silent(), large)
    try:
        kinds: tuple[tuple[str, str, Callable[[], unpacked.Unpacked]], ...] = (
            ("the usual images", "lab.local/shop:1", unpacked.path),
            ("500 MB of images more", "lab.local/large-7:1", lambda: unpacked.path(large)),
        )
        for number in range(rounds):
            for name, image, images in kinds:
                engine = LabnodeEngine(Settings(home=home), images)
                ready, running, disk_mib = _start(engine, LabId(f"bench-img-{number:04}"), image, home)
                found.add(f"nothing to node Ready, {name}", ready)
                # in whole seconds: kubelet looks at its pods once a second
                found.add(f"nothing to three pods running, {name}", running)
                found.add(f"disk of that lab, {name}", disk_mib, unit="MiB")
        (without, with_it), (small, big) = (
            [found.median(f"{what}, {name}") for name, *_ in kinds]
            for what in ("nothing to node Ready", "disk of that lab")
        )
        found.add("500 MB of images: start", with_it - without, limit=0.3)
        found.add("500 MB of images: disk of each lab", big - small, unit="MiB", limit=10.0)
    finally:
        shutil.rmtree(store.root)
        shutil.rmtree(golden.path(large))


def _start(engine: LabnodeEngine, lab: LabId, image: str, home: Path) -> tuple[float, float, float]:
    """Seconds to a node that is Ready and to its pods, and MiB on the host's disk."""
    begun = time.monotonic()
    try:
        sandbox = KubernetesSandbox(engine.create(SandboxSpec(lab)).admin)
        ready = time.monotonic() - begun
        sandbox.writer.apply([deployment(image)], field_manager="bench")
        wait_until_ready(sandbox)
        running = time.monotonic() - begun
        sandbox.close()
        disk = sum(path.stat().st_blocks * 512 for path in home.rglob("*") if path.is_file())
    finally:
        engine.destroy(lab)
    expect_nothing_left(lab)
    return ready, running, disk / 2**20


def _with_large(part: Path) -> Sequence[Image]:
    """A lab's own images, and ten large ones that run as the shop does."""
    usual = golden.LAB_IMAGES.make(part)
    shop = next(image for image in usual if image.reference == "lab.local/shop:1")
    source = random.Random(1)  # noqa: S311 - the same bytes every time, so that the set is made once
    return [
        *usual,
        *(
            Image(
                f"lab.local/large-{number}:1",
                [*shop.layers, *(_layer(source, number, depth) for depth in range(LAYERS))],
                entrypoint=shop.entrypoint,
                user=shop.user,
            )
            for number in range(IMAGES)
        ),
    ]


def _layer(source: random.Random, number: int, depth: int) -> Tree:
    return {f"data/{number}/{depth}/{name}": File(source.randbytes(FILE_BYTES)) for name in range(FILES)}
