"""Whether a converted model computes what its original does."""

from .comparison import Check, compare
from .probes import probe_input
from .stages import UINT8_WARNING, Stages, check, check_export, check_inputs, raise_for_failures, warn_of_changes
from .verifying import verify

__all__ = [
    "UINT8_WARNING", "Check", "Stages", "check", "check_export", "check_inputs", "compare", "probe_input",
    "raise_for_failures", "verify", "warn_of_changes",
]  # fmt: skip
