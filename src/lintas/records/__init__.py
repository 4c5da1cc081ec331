"""What this agency knows: import, provenance, versions, search index, retention, erasure.

Data come in by `import_file` and `import_table`, are found through `Records.candidates`, and end by `Records.erase`.
"""

from lintas.records.crew import Crew
from lintas.records.erasure import DeletionPlan, Due, Quarantined
from lintas.records.importing.jobs import ImportResult, Progress, import_file, import_table
from lintas.records.index import Index
from lintas.records.marks import Marks
from lintas.records.store import Records
from lintas.records.writing import Counts, Refusal

__all__ = [
    "Counts",
    "Crew",
    "DeletionPlan",
    "Due",
    "ImportResult",
    "Index",
    "Marks",
    "Progress",
    "Quarantined",
    "Records",
    "Refusal",
    "import_file",
    "import_table",
]
