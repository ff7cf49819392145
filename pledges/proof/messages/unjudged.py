"""The words for files that could not be judged to the end, which counts as failed."""

from collections.abc import Mapping
from typing import Final

from pledges.core.languages import Localized

UNJUDGED: Final[Mapping[str, Localized]] = {
    "unknown-format": Localized(
        zh="本程序不支持这份文件的格式，请用更新版本的程序核验。",
        en="This program does not know the format version of the file. Please check it with "
        "a newer version of the program.",
    ),
    "is-a-record": Localized(
        zh="这份文件是公司的记录，不是承诺书：它不证明任何人作出过承诺。请作为记录核验。",
        en="This file is a record of the company, not a pledge. It proves nobody’s promise. "
        "Check it as a record.",
    ),
    "is-a-pledge": Localized(
        zh="这份文件是承诺书，不是公司的记录。请作为承诺书核验。",
        en="This file is a pledge, not a record of the company. Check it as a pledge.",
    ),
    "too-costly": Localized(
        zh="核验此文件所需的时间或内存超出限度，已中止，视为不通过。真实的承诺书文件不会如此。",
        en="The check was stopped because the file took more time or memory than any genuine "
        "file needs.",
    ),
    "judging-ended": Localized(
        zh="核验过程意外中断，视为不通过。请再试一次。",
        en="The check ended unexpectedly, which counts as failed. Please try again.",
    ),
    "failed": Localized(
        zh="核验未能完成，视为不通过。",
        en="The check could not be completed, which counts as failed.",
    ),
}
