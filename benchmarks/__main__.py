"""Measure, and print the table: `python -m benchmarks [triage|slack|postmortem|services ...]`.

All of it without a network; `--readme` writes the table into the README as well.
"""

import argparse
import asyncio
import compileall
import os
import platform
import re
import time
from pathlib import Path

from benchmarks import postmortem, services, slack, triage
from benchmarks.figures import table

PARTS = {
    "triage": triage.measure,
    "slack": slack.measure,
    "postmortem": postmortem.measure,
    "services": services.measure,
}
README = Path(__file__).parents[1] / "README.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all without")
    parser.add_argument("--readme", action="store_true", help="write the table into README.md")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    # As an installation does, where PYTHONDONTWRITEBYTECODE keeps a checkout from doing it.
    compileall.compile_dir(README.parent / "bot", quiet=1)
    began, loads = time.perf_counter(), []
    written: list[str] = []
    for name in asked.parts or PARTS:
        loads.append(os.getloadavg()[0])
        measured = table(asyncio.run(PARTS[name]()))
        print(f"\n{name}\n{measured}", flush=True)
        written.append(f"**{name}** (`python -m benchmarks {name}`)\n\n{measured}")
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    seconds = time.perf_counter() - began
    busy = f"load before each part: {', '.join(f'{one:.1f}' for one in loads)}"
    print(f"\n{where}; {busy}; measured in {seconds:.0f} s")
    if asked.readme and not asked.parts:
        write(f"Measured on {where}, in {seconds:.0f} s; {busy}.\n\n" + "\n\n".join(written))


def write(text: str) -> None:
    """Put the text between the two marks of the section Figures."""
    page = README.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
    assert marked.search(page), "README.md has no section for figures"
    README.write_text(marked.sub(lambda m: m[1] + text + "\n" + m[2], page), encoding="utf-8")


if __name__ == "__main__":
    main()
