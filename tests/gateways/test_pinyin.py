"""How Chinese is written in Latin letters."""

import pytest

from pledges.gateways import pinyin


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("李明", {"liming"}),
        ("示例银行", {"shiliyinxing", "shiliyinhang"}),
        ("华东零售部", {"huadonglingshoubu"}),
        ("长安", {"changan", "zhangan"}),
        ("绿", {"lu", "lv"}),
        ("啊座", {"azuo"}),
        ("李鑫", {"lixin"}),
        ("欧阳镕", {"ouyangrong"}),
        ("Bank", set()),
        ("银 行", set()),
    ],
)
def test_each_reading_of_common_characters(text, spellings):
    assert set(pinyin.spelled(text)) == spellings


def test_there_are_never_many():
    assert len(list(pinyin.spelled("行长乐单行长乐单"))) == 4
