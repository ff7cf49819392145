"""What a record or receipt proves and what not, in the words of both languages."""

from collections.abc import Mapping
from typing import Final

from pledges.core.languages import Localized

PROVED: Final = Localized(zh="离线即可证明", en="Proved offline")
WITH_LEDGER: Final = Localized(
    zh="只有凭完整账本才能证明（审计人员：verify_ledger --task）",
    en="Proved only with the whole ledger (auditors: verify_ledger --task)",
)
NOT_PROVED: Final = Localized(zh="不能证明", en="Not proved")

STATEMENTS: Final[Mapping[str, tuple[tuple[Localized, tuple[Localized, ...]], ...]]] = {
    "completion-report": (
        (
            PROVED,
            (
                Localized(
                    zh="名单就是所列账本记录所承诺的那份名单；",
                    en="that the list is the one committed to in the entries that it names;",
                ),
                Localized(zh="各项人数由名单得出；", en="that the counts follow from it;"),
                Localized(
                    zh="持有回执的人当时列于名单之中，签署状况如回执所载。",
                    en="that whoever holds a receipt was in it with this standing.",
                ),
            ),
        ),
        (
            WITH_LEDGER,
            (
                Localized(
                    zh="本任务的账本记录没有遗漏。",
                    en="that no entry of this task was left out.",
                ),
            ),
        ),
        (
            NOT_PROVED,
            (
                Localized(
                    zh="人员名单或签署范围是否包括了每一个人；",
                    en="that the roster or the rule named everybody;",
                ),
                Localized(zh="名单上的成员是否确有其人；", en="that a member exists;"),
                Localized(
                    zh="签署状况是否属实（账本自身的记载除外）。",
                    en="that a standing is true beyond the ledger's own entries.",
                ),
            ),
        ),
    ),
    "paper-scan": (
        (
            PROVED,
            (
                Localized(
                    zh="公司在盖章之时归档了这些图像，此后未作改动。",
                    en="that the company filed these images when it sealed them, and that they are "
                    "unchanged since.",
                ),
            ),
        ),
        (
            WITH_LEDGER,
            (
                Localized(
                    zh="账本记载了这份文件的归档与确认。",
                    en="that the ledger records when this file was filed and confirmed.",
                ),
            ),
        ),
        (
            NOT_PROVED,
            (
                Localized(
                    zh="纸上的签名出自何人、何时签署，以及纸质原件是否真实、完整。",
                    en="who signed the paper and when, and that the paper is genuine and complete.",
                ),
            ),
        ),
    ),
    "receipt": (
        (
            PROVED,
            (
                Localized(
                    zh="回执所载的成员当时列于账本所载报告的名单之中，签署状况如回执所载。",
                    en="that the member whom the receipt names was in the list of the report that "
                    "the ledger records, with this standing.",
                ),
            ),
        ),
        (
            WITH_LEDGER,
            (
                Localized(
                    zh="本任务的账本记录没有遗漏。",
                    en="that no entry of this task was left out.",
                ),
            ),
        ),
        (
            NOT_PROVED,
            (
                Localized(
                    zh="该签署状况是否属实（账本自身的记载除外）。",
                    en="that the standing is true beyond the ledger's own entries.",
                ),
            ),
        ),
    ),
}
"""What is proved, by the kind of what was judged: in this order, whatever else is said."""
