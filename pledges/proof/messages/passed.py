"""The words for what passed, and for what was not looked at."""

from collections.abc import Mapping
from typing import Final

from pledges.core.languages import Localized

PASSED: Final[Mapping[str, Localized]] = {
    "file-whole": Localized(
        zh="文件完整，末尾之后没有多余内容。", en="The file is complete. Nothing follows its end."
    ),
    "revisions-expected": Localized(
        zh="共 {count} 个修订，每个修订只做了签名、印章或时间戳所需的改动；"
        "没有脚本、隐藏图层或其他表单。",
        en="{count} revisions, each with only the changes that a signature, seal or "
        "timestamp makes. No scripts, hidden layers or other form fields.",
    ),
    "manager-signed": Localized(
        zh="{name}（{number}）的签名完好，证书专为本文件签发，签署时有效。",
        en="The signature of {name} ({number}) is intact. Its certificate was issued for "
        "this document alone and was valid at the time of signing.",
    ),
    "company-sealed": Localized(
        zh="{name} 的印章完好，盖章时证书有效，并锁定了整份文件。"
        "公司由此确认本承诺书，承诺书自签订之日起生效；此后是否到期或者撤销，文件本身不能说明。",
        en="The seal of {name} is intact, its certificate was valid at the time of sealing, "
        "and it locks the whole document. With this seal the company confirmed the "
        "pledge, which took effect from the day of signing. The file cannot show whether "
        "the pledge has since expired or been revoked.",
    ),
    "company-not-yet": Localized(
        zh="公司未在此文件上盖章。承诺书经公司确认后，方自签订之日起生效。",
        en="The company has not sealed this document. The pledge takes effect, from the day "
        "of signing, only once the company has confirmed it.",
    ),
    "time-trusted": Localized(
        zh="签署时间 {signed} 由时间戳服务机构证明；最后一枚时间戳覆盖整份文件，"
        "其证书有效至 {until}。",
        en="A timestamp authority confirms the signing time {signed}. The last timestamp "
        "covers the whole file, and its certificate is valid until {until}.",
    ),
    "time-trusted-signing": Localized(
        zh="签署时间 {signed} 由时间戳服务机构证明。",
        en="A timestamp authority confirms the signing time {signed}.",
    ),
    "time-ran-out": Localized(
        zh="签署时间 {signed} 曾由时间戳服务机构证明，但一枚时间戳的证书已于 {until} 到期，"
        "此前未以新的时间戳延续。",
        en="A timestamp authority confirmed the signing time {signed}, but the certificate "
        "of a timestamp expired on {until}, before a new timestamp had been added.",
    ),
    "time-claimed": Localized(
        zh="没有可信时间戳：{signed} 是签署系统自己记录的时间。",
        en="No trusted timestamp: {signed} is the time shown by the signing system's own clock.",
    ),
    "bytes-accounted": Localized(
        zh="每一个字节都有归属；各部分之间没有夹带可被其他软件读出的内容。",
        en="Every byte is accounted for. Nothing is hidden between the parts that other "
        "software could read.",
    ),
    "evidence-agrees": Localized(
        zh="证据文件与文件字节、签名及证书一致；其中所载的承诺内容就是所签文件的内容。",
        en="The evidence file matches the bytes, the signature and the certificate. The "
        "promises that it records are those of the signed document.",
    ),
    "passkey-verified": Localized(
        zh="本人以通行密钥确认了这份文件：针对本文件摘要的应答经重新验证无误"
        "（密钥登记于 {enrolled}{introduced}）。",
        en="The person confirmed this document with a passkey. Its signature over the "
        "document's digest has been verified again (key enrolled {enrolled}{introduced}).",
    ),
    "password-claimed": Localized(
        zh="以密码加一次性验证码确认。此方式依赖签署系统的记录，文件自身无法证明。",
        en="Confirmed with password and one-time code. This relies on the signing system's "
        "own record. The file itself cannot prove it.",
    ),
    "ledger-included": Localized(
        zh="签署前的账本记录（第 {sequence} 条）已列入检查点（{size} 条）。",
        en="The record made before the signing (entry {sequence}) is included in the ledger's "
        "checkpoint of {size} entries.",
    ),
    "proof-included": Localized(
        zh="账本第 {sequence} 条记载了本文件的摘要，并已列入 {size} 条的检查点。",
        en="Entry {sequence} of the ledger records the digest of this file and is included in the "
        "checkpoint of {size} entries.",
    ),
    "proof-none": Localized(zh="未提供。", en="None was provided."),
    "not-reached": Localized(
        zh="前面的项目未通过，因此未核验。", en="Not checked, because an earlier check failed."
    ),
}
