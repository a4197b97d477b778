"""Work on layers models: cut them, fold and pad them, make a head, tell of their layers."""

from .catalogue_entry import card_text, make_card
from .cutting import cut_at, split_at
from .folding import fold_batchnorm
from .layer_table import summarize, summary
from .new_head import make_head
from .padding import absorb_padding

__all__ = [
    "absorb_padding", "card_text", "cut_at", "fold_batchnorm", "make_card", "make_head", "split_at", "summarize",
    "summary",
]  # fmt: skip
