"""The words of a verdict in both languages: also read where there is no Django to translate."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pledges.core.languages import Localized
from pledges.proof.messages.passed import PASSED
from pledges.proof.messages.unjudged import UNJUDGED
from pledges.proof.verdict import Check, Outcome

OUTCOMES: Final[Mapping[Outcome, Localized]] = {
    Outcome.ACCEPTED: Localized(
        zh="文件真实：由本人签署，经公司确认，此后未改动任何一个字节",
        en="Genuine: signed by the person, confirmed by the company, not one byte changed since",
    ),
    Outcome.SIGNED_ONLY: Localized(
        zh="文件真实：由本人签署，此后未改动；其中没有公司的确认",
        en="Genuine: signed by the person, unchanged since; without the company’s confirmation",
    ),
    Outcome.REJECTED: Localized(
        zh="不予采信：此文件不能证明其内容", en="Rejected: this file does not prove what it says"
    ),
}

CHECKS: Final[Mapping[StrEnum, Localized]] = {
    Check.FILE: Localized(zh="文件", en="File"),
    Check.REVISIONS: Localized(zh="修订", en="Revisions"),
    Check.MANAGER: Localized(zh="承诺人的签名", en="Signature of the pledgor"),
    Check.COMPANY: Localized(zh="公司的印章", en="Seal of the company"),
    Check.TIME: Localized(zh="时间", en="Time"),
    Check.BYTES: Localized(zh="字节", en="Bytes"),
    Check.EVIDENCE: Localized(zh="证据文件", en="Evidence file"),
    Check.AUTHENTICATION: Localized(zh="身份验证", en="Authentication"),
    Check.LEDGER: Localized(zh="账本", en="Ledger"),
    Check.PROOF: Localized(zh="独立证明", en="Separate proof"),
}

REASONS: Final[Mapping[str, Localized]] = {
    **PASSED,
    "not-a-pdf": Localized(
        zh="文件的开头不是承诺书 PDF 的开头：它不是 PDF，或由其他软件生成、另存过。",
        en="The file does not begin like the PDF of a pledge. It is not a PDF, or it was "
        "created or re-saved by other software.",
    ),
    "too-large": Localized(zh="文件过大。", en="The file is too large."),
    "trailing-bytes": Localized(
        zh="文件末尾不在应有之处：被截短，或追加了内容。",
        en="The file does not end where it should. It was cut short, or something was added.",
    ),
    "unreadable": Localized(
        zh="文件结构不是本系统承诺书的结构，或者已损坏。",
        en="The file does not have the structure of a pledge of this system, or is damaged.",
    ),
    "unknown-shape": Localized(
        zh="签名、印章的数目或次序不符合承诺书的格式。",
        en="The number or order of signature and seal does not match the format of a pledge.",
    ),
    "unexpected-change": Localized(
        zh="签署之后有不应有的改动。{what}",
        en="A change was made after signing that is not allowed. {what}",
    ),
    "unexpected-field": Localized(
        zh="文件中有不应有的表单域：{fields}",
        en="The document has form fields that are not allowed: {fields}",
    ),
    "active-content": Localized(
        zh="文件中有脚本、图层、批注或其他可变内容：{what}",
        en="The document contains scripts, layers, annotations or other active content: {what}",
    ),
    "no-field": Localized(
        zh="应有的签名或印章缺失或位置不符：{field}", en="A signature or seal is missing: {field}"
    ),
    "broken-signature": Localized(
        zh="签名或印章与文件内容不符，或者本身已损坏。",
        en="A signature or seal does not match the content, or is itself damaged.",
    ),
    "too-many-certificates": Localized(
        zh="签名、印章或时间戳附带的证书过多。",
        en="A signature, seal or timestamp contains more certificates than it needs.",
    ),
    "untrusted-signature": Localized(
        zh="签名或印章的证书不是由受信任的机构签发，或当时无效。",
        en="The certificate of a signature or seal was not issued by a trusted authority, or "
        "was not valid at the time.",
    ),
    "not-covered": Localized(
        zh="签名或印章没有覆盖它应覆盖的全部内容。",
        en="A signature or seal does not cover everything that it must cover.",
    ),
    "not-certifying": Localized(
        zh="承诺人的签名没有限定其后的改动。",
        en="The pledgor's signature does not restrict later changes.",
    ),
    "not-locking": Localized(
        zh="公司的印章没有锁定文件。", en="The company's seal does not lock the document."
    ),
    "level-unknown": Localized(
        zh="签名或印章没有注明格式与级别。",
        en="A signature or seal does not declare its format and level.",
    ),
    "not-for-this-document": Localized(
        zh="承诺人的证书不是为本文件签发的。",
        en="The pledgor's certificate was not issued for this document.",
    ),
    "wrong-issuer": Localized(
        zh="签名或印章所用的证书不属于签署者或盖章者。",
        en="The certificate of a signature or seal does not belong to the person or company "
        "that should have signed or sealed.",
    ),
    "company-not-pinned": Localized(
        zh="公司印章的证书由其他机构签发，而其密钥不在盖章之日（{at}）已知的公司密钥之列。"
        "其标识为 {pin}；是否属于该公司，应向公司本身核实，而不是向提供文件的人。",
        en="The certificate of the company's seal was issued by another authority, and its "
        "key is not among those known as the company's on the day of sealing ({at}). It "
        "is {pin}. To find out whether it belongs to the company, ask the company itself, "
        "not the person who gave you the file.",
    ),
    "from-the-future": Localized(
        zh="签署时间晚于现在。", en="The date of signing is in the future."
    ),
    "order-of-time": Localized(
        zh="签名与印章的时间先后颠倒。", en="The times of signature and seal are reversed."
    ),
    "timestamp-missing": Localized(
        zh="缺少签名或印章声明的时间戳。",
        en="A timestamp declared by a signature or seal is missing.",
    ),
    "timestamp-broken": Localized(
        zh="时间戳与文件内容不符，或已损坏。",
        en="A timestamp does not match the content, or is damaged.",
    ),
    "timestamp-unknown": Localized(
        zh="时间戳不是由已知的时间戳服务机构出具（命令行以 --tsa-trust 指定其根证书）。",
        en="A timestamp was not issued by a known authority (--tsa-trust names its roots).",
    ),
    "timestamp-contradicts": Localized(
        zh="时间戳与签名或印章自述的时间不符。",
        en="A timestamp contradicts the time stated by the signature or seal.",
    ),
    "evidence-missing": Localized(
        zh="没有证据文件，或不止一个附件。",
        en="There is no evidence file, or there is more than one attachment.",
    ),
    "evidence-malformed": Localized(
        zh="证据文件不合规范：{part}", en="The evidence file is not valid: {part}"
    ),
    "evidence-contradicts": Localized(
        zh="证据文件与文件或证书不符：{part}",
        en="The evidence file contradicts the file or the certificate: {part}",
    ),
    "passkey-invalid": Localized(
        zh="通行密钥对本文件的确认无法验证：{why}",
        en="The passkey's confirmation of this document could not be verified: {why}",
    ),
    "ledger-invalid": Localized(
        zh="账本证明无法验证：{why}", en="The proof of the ledger could not be verified: {why}"
    ),
    "proof-unreadable": Localized(
        zh="所附的不是独立证明文件（.proof.json）。请换成正确的文件，或不附证明再核验一次。",
        en="The attached file is not a separate proof (.proof.json). Choose the right file, "
        "or check again without one.",
    ),
    "proof-invalid": Localized(
        zh="独立证明不属于本文件，或无法验证：{why}",
        en="The separate proof does not belong to this file, or could not be verified: {why}",
    ),
    **UNJUDGED,
}
