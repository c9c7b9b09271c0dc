"""Measure everything, and write `bench/results/`."""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import (
    cold_start,
    cost,
    growth,
    memory,
    plots,
    quality,
    speed,
    steps,
    waits,
)
from bench.inputs import JPEGS, LARGE_PNG, OTHERS, make
from bench.processes import EngineProcess, start
from local.paths import ROOT

RESULTS = ROOT / "bench" / "results"
ENGINES = ("ours", "naive", "sharp", "pyvips", "floor")
TWELVE = next(it for it in JPEGS if it.megapixels == 12)


def main() -> None:
    """Run it all; about a quarter of an hour."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of each median")
    rounds = parser.parse_args().rounds
    inputs = [it for it in [*JPEGS, *OTHERS] if make(it)]
    make(LARGE_PNG)
    RESULTS.mkdir(exist_ok=True)
    engines = start(ENGINES)
    timings = speed.measure(inputs, engines, rounds)
    ours = next(t.ms["ours"] for t in timings if t.input is TWELVE)
    cold = cold_start.measure(rounds)
    imports = cold_start.by_import()
    line = steps.measure(TWELVE, rounds)
    peaks = {it.name: memory.peak(it) for it in [*JPEGS[-2:], LARGE_PNG]}
    likeness = {it.name: quality.similarity(it.path) for it in JPEGS}
    grown = growth.measure()
    waited = waits.measure(TWELVE, rounds)
    costs = [cost.per_thousand(ours, mb) for mb in (512, 768, 1024, 1769)]

    plots.by_megapixels(timings, RESULTS / "time-by-megapixels.png")
    plots.bars(dict(list(imports.items())[:12]), "ms", RESULTS / "cold-start.png")
    plots.bars(peaks, "MB above the idle function", RESULTS / "memory.png")
    plots.time_line(line, RESULTS / "steps-12-mp.png")
    _write_csv(timings, RESULTS / "time.csv")
    sections = [
        "# Results\n\nWritten by `make bench`.\n",
        _machine(engines),
        f"## Time of one picture: median ms of {rounds}, one core\n",
        _table([_speed_row(t) for t in timings]),
        "## Cold start: median ms\n",
        _table([{"code": f"`{code}`", "ms": f"{ms:.0f}"} for code, ms in cold.items()]),
        f"Ratio: {cold[cold_start.HANDLER] / cold[cold_start.YARDSTICK]:.2f}\n",
        "## Memory: MB above the idle function\n",
        _table([{"input": n, "MB": f"{mb:.0f}"} for n, mb in peaks.items()]),
        "## Quality: SSIM against a full decode and one Lanczos step\n",
        _table([{"input": n, "SSIM": f"{v:.4f}"} for n, v in likeness.items()]),
        f"Largest delta-E of P3 colours in sRGB: {quality.colour_error():.2f}\n",
        "## Steps of 12 MP: ms\n",
        _table([{"step": n, "ms": f"{ms:.1f}"} for n, ms in line.items()]),
        "## One picture of 12 MP, with an Authgear that answers in 50 ms: median ms\n",
        _table(waited),
        "## Growth, on the local system\n",
        _table(grown),
        "## Cost of 1,000 pictures of 12 MP, with 9 requests of 50 ms in turn\n",
        _table(costs),
    ]
    (RESULTS / "README.md").write_text("\n".join(sections))
    for engine in engines:
        engine.close()


def _machine(engines: Sequence[EngineProcess]) -> str:
    """Tell what was measured on, and which versions."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    facts = [
        f"- {models[0] if models else platform.machine()}, {os.cpu_count()} cores",
        f"- load average at the end: {os.getloadavg()[1]:.1f}",
        f"- {platform.system()} {platform.machine()}, Python {sys.version.split()[0]}",
        f"- Pillow {version('pillow')}, pi-heif-decoder {version('pi-heif-decoder')}",
        *(f"- {engine.name}: {engine.version}" for engine in engines if engine.version),
        *(
            f"- {n}: not installed"
            for n in ENGINES
            if n not in {e.name for e in engines}
        ),
    ]
    return "\n".join(facts) + "\n"


def _speed_row(timing: speed.Timing) -> dict[str, Any]:
    """Return a row: times, and ours in times of each other engine's."""
    row: dict[str, Any] = {"input": timing.input.name}
    for name in ENGINES:
        row[name] = f"{timing.ms[name]:.1f}" if name in timing.ms else ""
    for name in ENGINES[1:]:
        ratio = timing.ratio(name)
        row[f"/ {name}"] = f"{ratio:.2f}" if ratio else ""
    return row


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as a table of Markdown."""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(row.values() for row in rows)]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def _write_csv(timings: Sequence[speed.Timing], path: Path) -> None:
    """Write the times for other programs."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["input", *ENGINES])
        for timing in timings:
            times = [f"{timing.ms[n]:.2f}" if n in timing.ms else "" for n in ENGINES]
            writer.writerow([timing.input.name, *times])


if __name__ == "__main__":
    main()
