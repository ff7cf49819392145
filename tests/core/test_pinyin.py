"""How Chinese is written in Latin letters."""

import pytest

from pledges.core import pinyin


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("李明", {"liming"}),
        ("示例银行", {"shiliyinxing", "shiliyinhang"}),
        ("华东零售部", {"huadonglingshoubu"}),
        ("长安", {"changan", "zhangan"}),
        ("绿", {"lu", "lv"}),
        ("啊座", {"azuo"}),
        ("鑫", set()),
        ("李鑫", set()),
        ("Bank", set()),
        ("银 行", set()),
    ],
)
def test_each_reading_of_common_characters(text, spellings):
    assert set(pinyin.spelled(text)) == spellings


def test_there_are_never_many():
    assert len(list(pinyin.spelled("行长乐单行长乐单"))) == 4


def test_the_table_is_in_the_order_that_it_relies_on():
    firsts = [each[-1].encode("gb2312") for each in pinyin._FIRST_OF_EACH.split()]
    assert firsts == sorted(firsts) and len(set(firsts)) == len(firsts)
