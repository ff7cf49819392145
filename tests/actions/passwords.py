"""Five hundred passwords that people think of, and five hundred phrases that chance makes.

The words of the phrases were drawn once from a dictionary; no person and no company is in them.
"""

import random
import string
from collections.abc import Iterator
from itertools import chain, islice, product

EACH = 100
LENGTHS = range(12, 21)


def common_patterns() -> list[str]:
    """100 of each kind, all different, of 12 to 20 characters."""
    kinds = (_repeats, _keyboard_runs, _dates, _pinyin, _company_and_year)
    return list(chain.from_iterable(_hundred(kind) for kind in kinds))


def _hundred(kind) -> list[str]:
    fitting = (each for each in kind() if len(each) in LENGTHS)
    found = list(islice(dict.fromkeys(islice(fitting, 2000)), EACH))
    assert len(found) == EACH, kind.__name__
    return found


def _repeats() -> Iterator[str]:
    units = ("a", "1", "8", "Z", "ab", "12", "xy", "88", "abc", "123", "666", "qwe", "1234")
    units += ("abcd", "love", "2026", "admin", "hello", "12345", "abc123", "a1b2", "p@ss")
    for unit, length in product(units, (12, 15, 16, 18, 20)):
        yield (unit * 20)[:length]
    for unit, end in product(units, ("!", "1", "88", "2026")):
        yield (unit * 20)[:12] + end


def _keyboard_runs() -> Iterator[str]:
    rows = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()")
    columns = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm")
    for row, other in product(rows, rows):
        yield row + other
        yield row + other[::-1]
        yield row[:6] + other[:6]
    for at, length in product(range(4), (3, 4, 5)):
        yield "".join(columns[at : at + length])
        yield "".join(each.upper() if n % 2 else each for n, each in enumerate(columns[at:5]))
        yield "".join(each[::-1] for each in columns[at : at + length])
    for row, end in product(rows[:4], ("123", "123456", "2026", "!!!", "888888", "000")):
        yield row + end
        yield row.capitalize() + end


def _dates() -> Iterator[str]:
    for year, month, day in product((1968, 1985, 1990, 1999, 2008, 2026), (1, 5, 12), (1, 18, 29)):
        yield f"{year}{month:02}{day:02}{year}"
        yield f"{year}-{month:02}-{day:02}!!"
        yield f"{year}年{month}月{day}日{year}"
        yield f"{day:02}.{month:02}.{year}{day:02}"
        yield f"{year}/{month:02}/{day:02}abc"
        yield f"Liming{year}{month:02}{day:02}"
        yield f"wangfang@{year}{month:02}{day:02}"


def _pinyin() -> Iterator[str]:
    words = ("woaini", "zhongguo", "beijing", "shanghai", "mima", "wodemima", "nihao", "laopo")
    words += ("zhangwei", "chenjing", "wangxiuying", "yinhang", "gongsi", "kaixin", "pingan")
    words += ("xiangni", "baobei", "jiayou", "fendou", "xinniankuaile", "gongxifacai", "jinrong")
    for word in ("liming", "shounuo", "woaini", "zhongguo"):
        yield f"{word}-2026-{word}"
        yield f"{word}2026{word}!"
    ends = ("123456", "2026", "1314520", "5201314", "888888", "@2026", "2008!", "20261129", "521")
    for end, word in product(ends, words):
        yield word + end
        yield word.capitalize() + end


def _company_and_year() -> Iterator[str]:
    names = ("ExampleBank", "examplebank", "EXAMPLEBANK", "Example-Bank", "Ex@mpleBank")
    names += ("Shounuo", "示例银行股份有限公司", "示例银行股份", "EastChinaRetail", "Compliance")
    names += ("CustomerManager", "liming", "E1001liming", "LiMing")
    ends = ("2026", "@2026", "2026!", "#2025", "123456", "@123456", "2024!!", "-2026-11", "888888")
    for end, name in product(ends, names):
        yield name + end
        yield f"{name}{end}!"


def random_phrases() -> list[str]:
    """100 of each kind, made by a generator that always makes the same."""
    chance = random.Random(20261129)
    characters = string.ascii_letters + string.digits + "!#%+-=?@_"
    kinds = (
        lambda: "".join(chance.choices(characters, k=chance.randint(12, 20))),
        lambda: " ".join(chance.sample(ENGLISH.split(), 4)),
        lambda: "-".join(chance.sample(ENGLISH.split(), 5)),
        lambda: "".join(chance.sample(PINYIN.split(), 5)),
        lambda: "，".join(chance.sample(CHINESE.split(), 5)),
    )
    return [make() for make in kinds for _time in range(EACH)]


ENGLISH = """
abacus anchor apricot attic badger balcony banjo barley basil beacon beetle bellows birch biscuit
blanket bonnet bramble brass bucket buckle bundle burrow cabin cactus candle canoe canyon caramel
cedar cellar chalk cherry chimney cinnamon clover cobalt cockle copper coral cotton cradle cricket
crystal cuckoo curtain cushion daffodil dagger desert dolphin donkey dragon drizzle drum eagle
easel elbow ember emerald falcon feather fern ferry fiddle flint flute fog forest fossil fountain
fox furnace galaxy garlic ginger glacier goblet granite gravel hammock harbour harvest hazel hedge
helmet herring hinge honey hornet igloo inkwell island ivory jacket jasmine jigsaw jungle kayak
kettle kiln kitten ladder lagoon lantern lavender lemon lentil lichen lilac lobster locket magnet
mango maple marble meadow mirror mitten moss mustard needle nettle nutmeg oak oatmeal obsidian
olive onion orchard otter oyster paddle parrot pebble pepper pickle pigeon pillow pine plum pocket
pollen pond poppy porridge quarry quilt rabbit radish raven reed ribbon river robin rope saddle
saffron salmon sandal sapphire scarf seal shovel silver sleet snail spade sparrow spruce squirrel
starling stone swallow teapot thimble thistle thunder tiger timber toad tulip turnip turtle velvet
violet violin walnut walrus weasel wheat willow window wolf wool wren yarn zebra
"""
PINYIN = """
songshu bianpao qiuqian luotuo fengzheng huluobo putaojiu xianrenzhang dengta qingwa maodun
shuijing boluo lajiao wuya diaoyu chuanghu fanchuan gulou hudie jinyu kongque liulian mogu
nanguaban pengpeng qiezi ruanmu shafa tiaowen wandou xigua yingwu zhuzi baogu caihong doufu
erhuan fengling guodong heliu jiaozi kuihua lianou meigui niujiao piaochong quanshui rongshu
"""
CHINESE = """
松鼠 鞭炮 秋千 骆驼 风筝 灯塔 青蛙 水晶 菠萝 辣椒 乌鸦 钓鱼 窗户 帆船 鼓楼 蝴蝶 金鱼 孔雀
榴莲 蘑菇 茄子 沙发 豌豆 西瓜 鹦鹉 竹子 苞谷 彩虹 豆腐 风铃 果冻 河流 饺子 葵花 莲藕
玫瑰 牛角 瓢虫 泉水 榕树 石榴 梧桐
"""
