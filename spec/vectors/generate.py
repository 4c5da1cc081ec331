"""Writes the test vectors. The same program makes the same bytes: nothing in it is random (see `writer.py`). TEST ONLY.

python spec/vectors/generate.py            write them
python spec/vectors/generate.py --check    say what is not as it would be written
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from directories import directories
from envelopes import bad, good, parties
from writer import Json

HERE = Path(__file__).parent


def files() -> dict[str, bytes]:
    """File names with what has to stand in them."""
    found = {"parties.json": _file(parties())}
    for folder, vectors in (("good", good()), ("bad", bad()), ("directory", directories())):
        for name, vector in vectors:
            path = f"{folder}/{name}.json"
            if path in found:
                raise ValueError(path)
            found[path] = _file(vector)
    return found


def _file(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _existing() -> dict[str, bytes]:
    return {str(path.relative_to(HERE)): path.read_bytes() for path in HERE.rglob("*.json")}


if __name__ == "__main__":
    wanted, there = files(), _existing()
    if "--check" in sys.argv:
        wrong = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        sys.exit("\n".join(wrong) or 0)
    for name in there.keys() - wanted.keys():
        (HERE / name).unlink()
    for name, content in wanted.items():
        (HERE / name).parent.mkdir(exist_ok=True)
        (HERE / name).write_bytes(content)
    print(len(wanted), "files")
