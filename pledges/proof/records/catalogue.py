"""The words of a verdict on a record or a receipt, in both languages, without Django."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pledges.core.languages import Localized
from pledges.proof.records.verdict import ReceiptCheck, RecordCheck

KINDS: Final[Mapping[str, Localized]] = {
    "completion-report": Localized(zh="完成报告", en="Completion report"),
    "paper-scan": Localized(zh="纸质承诺书扫描件", en="Scan of a paper pledge"),
}
STATES: Final[Mapping[str, Localized]] = {
    "running": Localized(zh="进行中", en="running"),
    "closed": Localized(zh="已结束", en="closed"),
    "cancelled": Localized(zh="已取消", en="cancelled"),
}

GENUINE: Final[Mapping[str, Localized]] = {
    "completion-report": Localized(
        zh="记录真实：由公司盖章的完成报告，此后未改动任何一个字节",
        en="Genuine record: a completion report sealed by the company, not one byte changed since",
    ),
    "paper-scan": Localized(
        zh="记录真实：由公司盖章的纸质承诺书扫描件，此后未改动任何一个字节",
        en="Genuine record: a scan of a paper pledge sealed by the company, not one byte changed "
        "since",
    ),
    "receipt": Localized(
        zh="回执真实：账本所载的报告中有这位成员，签署状况如下",
        en="Genuine receipt: this member stood in the report that the ledger records, as follows",
    ),
}
REJECTED: Final[Mapping[str, Localized]] = {
    "record": Localized(
        zh="不予采信：此记录不能证明其内容",
        en="Rejected: this record does not prove what it says",
    ),
    "receipt": Localized(
        zh="不予采信：此回执不能证明其内容",
        en="Rejected: this receipt does not prove what it says",
    ),
}

CHECKS: Final[Mapping[StrEnum, Localized]] = {
    RecordCheck.FILE: Localized(zh="文件", en="File"),
    RecordCheck.SEAL: Localized(zh="公司的印章", en="Seal of the company"),
    RecordCheck.TIME: Localized(zh="时间", en="Time"),
    RecordCheck.REVISIONS: Localized(zh="修订", en="Revisions"),
    RecordCheck.BYTES: Localized(zh="字节", en="Bytes"),
    RecordCheck.RECORD: Localized(zh="记录数据", en="Data of the record"),
    RecordCheck.CONTENT: Localized(zh="内容", en="Content"),
    RecordCheck.LEDGER: Localized(zh="账本", en="Ledger"),
    RecordCheck.PROOF: Localized(zh="独立证明", en="Separate proof"),
    ReceiptCheck.RECEIPT: Localized(zh="回执", en="Receipt"),
    ReceiptCheck.MEMBER: Localized(zh="成员", en="Member"),
    ReceiptCheck.REPORT: Localized(zh="报告", en="Report"),
}
"""By check; that of the ledger has the same name in records and receipts."""

REASONS: Final[Mapping[str, Localized]] = {
    # --- What passed ---
    "record-sealed": Localized(
        zh="{name} 的印章完好，盖章时证书有效，并限定了其后的改动。"
        "这是公司的记录，不含任何人的签名。",
        en="The seal of {name} is intact, its certificate was valid at the time of sealing, and it "
        "restricts later changes. This is a record of the company, without anybody's signature.",
    ),
    "record-time-claimed": Localized(
        zh="没有可信时间戳：{sealed} 是盖章系统自己记录的时间。",
        en="No trusted timestamp: {sealed} is the time shown by the sealing system's own clock.",
    ),
    "record-time-trusted": Localized(
        zh="盖章时间 {sealed} 由时间戳服务机构证明；最后一枚时间戳覆盖整份文件，"
        "其证书有效至 {until}。",
        en="A timestamp authority confirms the time of sealing {sealed}. The last timestamp covers "
        "the whole file, and its certificate is valid until {until}.",
    ),
    "record-time-ran-out": Localized(
        zh="盖章时间 {sealed} 曾由时间戳服务机构证明，但一枚时间戳的证书已于 {until} 到期，"
        "此前未以新的时间戳延续。",
        en="A timestamp authority confirmed the time of sealing {sealed}, but the certificate of a "
        "timestamp expired on {until}, before a new timestamp had been added.",
    ),
    "record-agrees": Localized(
        zh="记录数据属于这份文件，并与页面的字节和印章一致。页面上的文字是公司自己的陈述，"
        "应以数据和下列人数为准。",
        en="The data belong to this file and match the bytes of its pages and the seal. What the "
        "pages say is the company's own account: the data and the counts below are what counts.",
    ),
    "list-counted": Localized(
        zh="名单共 {count} 人；根值和人数由本程序按名单重新计算，与记录一致。",
        en="The list has {count} members. This program computed roots and counts from the list, "
        "and they are those of the record.",
    ),
    "scan-listed": Localized(zh="扫描图像共 {count} 页。", en="The scan has {count} pages."),
    "entries-commit": Localized(
        zh="名单就是账本第 {sequences} 条所承诺的那份名单；这些记录首尾相接，"
        "并已列入检查点（{size} 条）。",
        en="The list is the one that entries {sequences} of the ledger commit to. Each names the "
        "one before it, and all are included in the checkpoint of {size} entries.",
    ),
    "ledger-beside": Localized(
        zh="本文件不含账本记录；账本对本文件的记载见独立证明。",
        en="The record contains no entry of the ledger. The separate proof shows what the ledger "
        "says of this file.",
    ),
    "receipt-read": Localized(zh="回执完整。", en="The receipt is complete."),
    "receipt-in-ledger": Localized(
        zh="账本第 {sequence} 条记载了该任务的报告，并已列入检查点（{size} 条）。",
        en="Entry {sequence} of the ledger records the report of the task and is included in the "
        "checkpoint of {size} entries.",
    ),
    "receipt-in-list": Localized(
        zh="{name}（{number}）当时列于名单之中，签署状况为：{standing}。",
        en="{name} ({number}) was in the list then. Standing: {standing}.",
    ),
    "receipt-of-report": Localized(
        zh="回执属于所附的报告，是名单的第 {place} 行。",
        en="The receipt belongs to the report beside it. It is row {place} of its list.",
    ),
    "report-none": Localized(zh="未提供报告。", en="No report was provided."),
    # --- What did not ---
    "not-a-pdf": Localized(
        zh="文件的开头不是记录 PDF 的开头：它不是 PDF，或由其他软件生成、另存过。",
        en="The file does not begin like the PDF of a record. It is not a PDF, or it was created "
        "or re-saved by other software.",
    ),
    "unreadable": Localized(
        zh="文件结构不是本系统记录的结构，或者已损坏。",
        en="The file does not have the structure of a record of this system, or is damaged.",
    ),
    "unknown-shape": Localized(
        zh="印章、时间戳的数目或次序不符合记录的格式。",
        en="The number or order of seal and timestamps does not match the format of a record.",
    ),
    "not-certifying": Localized(
        zh="公司的印章没有限定其后的改动。",
        en="The company's seal does not restrict later changes.",
    ),
    "evidence-missing": Localized(
        zh="没有记录数据，或不止一个附件。",
        en="There are no data of a record, or there is more than one attachment.",
    ),
    "record-malformed": Localized(
        zh="记录数据不合规范：{part}", en="The data of the record are not valid: {part}"
    ),
    "record-contradicts": Localized(
        zh="记录数据与文件或印章不符：{part}",
        en="The data of the record contradict the file or the seal: {part}",
    ),
    "list-contradicts": Localized(
        zh="记录中的数字与其名单不符：{part}",
        en="What the record counts does not follow from its list: {part}",
    ),
    "entries-contradict": Localized(
        zh="账本记录所承诺的不是这份名单：{part}",
        en="The entries of the ledger do not commit to this list: {part}",
    ),
    "images-differ": Localized(
        zh="页面上的图像不是记录所列的图像。",
        en="The images on the pages are not those that the record lists.",
    ),
    "receipt-malformed": Localized(
        zh="所附的不是回执，或回执已损坏：{part}",
        en="The file is not a receipt, or it is damaged: {part}",
    ),
    "receipt-contradicts": Localized(
        zh="回执所附的账本记录所载的不是该任务的报告。",
        en="The ledger entry in the receipt does not record a report of the task it names.",
    ),
    "receipt-not-in-list": Localized(
        zh="报告的名单中没有这样的一行：姓名、工号、签署状况、文件或随机值与报告不符。",
        en="The list of the report has no such row: name, number, standing, document or salt "
        "differ.",
    ),
    "receipt-of-another": Localized(
        zh="回执属于另一份报告。", en="The receipt belongs to another report."
    ),
    "not-a-report": Localized(
        zh="所附文件不是完成报告，或未通过核验：{why}",
        en="The file beside the receipt is not a completion report, or was rejected: {why}",
    ),
}
