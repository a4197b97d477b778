"""What a conversion did: files, comparisons, warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..comparing import Check
from ..models import LayersModel


@dataclass
class Report:
    """What a conversion did: the models, what was written, and how it compares.

    Parameters
    ----------
    model : LayersModel
        The result, in tf.js's dialect.
    original : LayersModel
        The same before it was cut or folded.
    source_format, target_format : str
        The latter is empty where nothing was written.
    files : list of Path
        What was written.
    checks : list of Check
    warnings : list of str
    seconds : float
    """

    model: LayersModel
    original: LayersModel
    source_format: str
    target_format: str = ""
    files: list[Path] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return {
            "from": self.source_format,
            "to": self.target_format,
            "files": [str(path) for path in self.files],
            "bytes": sum(path.stat().st_size for path in self.files),
            "parameters": sum(int(array.size) for array in self.model.weights.values()),
            "labels": list(self.model.labels),
            "custom_layers": list(self.model.custom_js),
            "notes": list(self.model.notes),
            "warnings": self.warnings,
            "checks": [one.fields() for one in self.checks],
            "seconds": round(self.seconds, 3),
        }
