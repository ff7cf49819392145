"""The consent that every signer gives, word for word and versioned; old wordings stay readable.

电子签名法 art. 13, last paragraph: parties may agree on the electronic signature they use; this
is that agreement, so it is printed on the document and confirmed at the act of signing.
"""

from typing import Final

from pledges.core.languages import Localized

CURRENT: Final = "2026-12"

WORDINGS: Final[dict[str, Localized]] = {
    "2026-11": Localized(
        zh=(
            "本人已阅读本承诺书全文，理解其内容，自愿作出上述承诺。本人同意以电子方式签署，"
            "并同意以本次签署所用的账户验证方式作为本人的电子签名，"
            "该电子签名与本人手写签名具有同等效力。"
            "本承诺书经公司以电子方式确认接受后，由双方各自留存。"
        ),
        en=(
            "I have read this pledge in full, understand it, and make the above undertakings of "
            "my own free will. I agree to sign it electronically, and that the verification of my "
            "account used for this signing is my electronic signature, with the same effect as my "
            "signature by hand. Once the company has accepted this pledge electronically, each "
            "party keeps a copy."
        ),
    ),
    # Says when the pledge takes effect (docs/effect.md).
    "2026-12": Localized(
        zh=(
            "本人已阅读本承诺书全文，理解其内容，自愿作出上述承诺。本人同意以电子方式签署，"
            "并同意以本次签署所用的账号验证方式作为本人的电子签名，"
            "该电子签名与本人手写签名具有同等效力。"
            "本承诺书经公司以电子方式确认后，自签订之日起生效；未经公司确认而退回的，自始不生效。"
            "确认后由双方各自留存。"
        ),
        en=(
            "I have read this pledge in full, understand it, and make the above undertakings of "
            "my own free will. I agree to sign it electronically, and that the verification of my "
            "account used for this signing is my electronic signature, with the same effect as my "
            "signature by hand. Once the company has confirmed this pledge electronically, it is "
            "in effect from the day of signing; if it is returned without that confirmation, it "
            "never takes effect. After the confirmation each party keeps a copy."
        ),
    ),
}


def wording(version: str = CURRENT) -> Localized:
    """The consent text of `version`; raises `KeyError` for a version that never was."""
    return WORDINGS[version]
