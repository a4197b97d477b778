"""What the name of a folder, a table or a cell says that photos are for; one list for all of them.

A name alone decides nothing about a folder, since a class may be called "train": see `pyclassifier.data.tree`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from .photos import Split

Role = Literal["training", "validation", "test", "unlabelled"]
# As people write them in English, French and Chinese, without accents, spaces and signs.
_WORDS: dict[Role, str] = {
    "training": "train training tr trn entrainement apprentissage 训练 訓練",
    "validation": "val valid validation dev eval evaluation 验证 驗證 校验",
    "test": "test testing tst 测试 測試",
    "unlabelled": "pred predict prediction predictions unlabeled unlabelled nonetiquete 未标注 未標註 预测 預測",
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
# What stands beside such a word: training_set, seg_train, train_images, val2017, jeu d'entraînement, 训练集.
_BESIDE = (
    "sets?|data|images?|imgs?|photos?|pictures?|pics?|seg|splits?|samples?|files?|folders?|dir|labels?|annotations?|"
    r"classes|csv|jpe?g|png|raw|small|full|v|x|\d|jeu|donnees|de|d|集|图片|圖片|图像|圖像|照片|数据|數據|样本|標籤|标签"
)
_NAME = re.compile(f"(?:{_BESIDE})*?({'|'.join(sorted(_ROLES, key=len, reverse=True))})(?:{_BESIDE})*")
_LONGEST = 64  # Longer names are none, and cost no time.
_TOKENS = re.compile(r"[^\W\d_]+|\d+")
_IDLE = re.compile(
    "(?:(?:all|my|raw|original|full|the|mes|les)?(?:images?|imgs?|photos?|photographs?|pictures?|pics?|data|datasets?|"
    r"files?|input|archive|jpe?gs?|pngs?|jpe?gimages|donnees|fichiers|图片|圖片|图像|圖像|照片|数据|數據|数据集|數據集))\d*"
)
_MASKS = frozenset({"mask", "masks", "annotation", "annotations", "label", "labels", "segmentation", "groundtruth"})


def plain(text: str) -> str:
    """Reduce a name to its letters and digits, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def role_of(name: str) -> Role | None:
    """Return what a name says that photos are for, such as train, test_set, val2017, 验证集; None for others."""
    found = _NAME.fullmatch(plain(name)) if len(name) <= _LONGEST else None
    return _ROLES[found[1]] if found else None


def split_of_role(role: Role | None) -> Split | None:
    """Return the split that photos of a role belong to: labelled ones of a folder to predict are for test."""
    return "test" if role == "unlabelled" else role


def split_value(text: str) -> Split | None:
    """Return what a cell of a table, or the name of its file, says that photos are for."""
    return split_of_role(role_of(text))


def parting(name: str) -> tuple[tuple[str, ...], Role] | None:
    """Return a name without its word for a role, and the role: flowers_train and flowers_test differ in no more."""
    tokens = [plain(token) for token in _TOKENS.findall(name[:_LONGEST])]
    for i, token in enumerate(tokens):
        if token in _ROLES:
            return (*tokens[:i], "", *tokens[i + 1 :]), _ROLES[token]
    return None


def is_idle(name: str) -> bool:
    """Tell whether a folder's name says no more than that photos are in it: images, data, JPEGImages, 照片."""
    return len(name) <= _LONGEST and _IDLE.fullmatch(plain(name)) is not None


def is_of_masks(name: str) -> bool:
    """Tell whether a folder's name says that its pictures belong to photos in a folder beside it: masks."""
    return plain(name) in _MASKS
