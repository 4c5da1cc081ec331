"""Judges any implementation of Lintas 1 from outside: it speaks the wire itself and knows nothing of the node's inside.

Envelopes are sealed with `spec/vectors/writer.py`; the one thing taken from Lintas is the writing of the directory.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "spec/vectors"))
