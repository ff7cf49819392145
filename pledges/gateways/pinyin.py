"""Chinese in Latin letters, as people put it into passwords: what whoever guesses tries first.

No list of common passwords has it, for those lists come from English-speaking sites.
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product
from typing import Final

_WORDS: Final = """
woaini woai aini wo ni ta women nimen tamen woaiwojia wojia laopo laogong baobei baobao
qinaide xiangni zhongguo zhonghua zhongguoren zuguo renmin beijing shanghai guangzhou shenzhen
tianjin chongqing hangzhou nanjing chengdu wuhan xian suzhou guangdong jiangsu zhejiang sichuan
shandong henan hebei hunan hubei fujian anhui liaoning dalian qingdao xiamen changsha zhengzhou
tiananmen changcheng aoyun shijie diqiu taiyang yueliang xingxing tiankong dahai
mima wodemima denglu yonghu zhanghao zhanghu guanli guanliyuan xitong houtai ceshi gongzuo bangong
yinhang jinrong zhengquan baoxian jijin xintuo jituan gongsi youxian gufen zonghang fenhang zhihang
bumen caiwu renshi hegui shenji fengkong shichang xiaoshou kehu jingli zongjian dongshi laoban
lingdao tongshi yuangong chengnuo chengnuoshu shounuo qianshu hetong jiaohang gonghang nonghang
jianhang zhonghang zhaohang huadong huanan huabei huazhong xinan xibei dongbei lingshou duigong
nihao nihaoma xiexie zaijian huanying kaixin kuaile xingfu pingan jiankang facai gongxi xinnian
shengri shengrikuaile xinniankuaile gongxifacai wanshiruyi yifanfengshun haoyun jixiang ruyi
shunli chenggong nuli jiayou fendou meili piaoliang shuaige meinv didi gege jiejie meimei baba
mama yeye nainai haizi erzi nver pengyou tongxue laoshi xuesheng xuexi xuexiao daxue zhongxue
aiqing yongyuan yongheng weilai mengxiang ziyou heping youyi
zhangwei wangwei wangfang liwei wangxiuying lina zhangmin lijing wangjing liuwei wanglei zhangli
zhanglei liuyang wangyong liqiang chenjing zhaolei zhangjie wangqiang lijie zhangyong chenjie
liming xiaoming wangwu lisi zhangsan
wangli liuli chenwei yangyang lihua xiaohua zhanghua liujie zhangtao liutao litao wangtao
"""

_INITIALS: Final = """
b p m f d t n l g k h j q x zh ch sh r z c s y w
"""
_FINALS: Final = """
a o e i u v ai ei ui ao ou iu ie ue ve er an en in un vn ang eng ing ong ia ian iang iao iong
ua uo uai uan uang uen
"""

# What has another reading that names and common words use. People type ü as `v`, and some as `u`.
_OTHERWISE: Final = """
行hang 长chang 重chong 乐yue 乐le 单shan 解xie 仇qiu 区ou 查zha 会kuai 都dou 种chong 还hai 什shen
谁shei 了le 着zhe 调diao 系ji 传zhuan 参shen 率lu 率lv 女nu 吕lu 绿lu 旅lu 律lu 盛cheng 车ju 藏zang
降xiang 角jue 给ji 度duo 折she 省xing 便pian 朝zhao 差chai 弹tan 地de 似si 削xue 朴piao 覃qin
"""
_MOST_SPELLINGS: Final = 4


_OTHERS: Final[dict[str, list[str]]] = {}
for _each in _OTHERWISE.split():
    _OTHERS.setdefault(_each[0], []).append(_each[1:])


def spelled(text: str) -> Iterator[str]:
    """Ways to write Chinese `text` in Latin letters; none where something in it is not Chinese."""
    readings = [_readings(character) for character in text]
    yield from map("".join, islice(product(*readings), _MOST_SPELLINGS))


def warm_up() -> None:
    """Load the readings, so that processes that are forked share them."""
    _usual_reading("守")


@lru_cache(4096)
def _readings(character: str) -> list[str]:
    found = [*_usual_reading(character), *_OTHERS.get(character, ())]
    return list(dict.fromkeys(found))


def _usual_reading(character: str) -> list[str]:
    # Its dictionary of phrases would take 45 MiB more in each process. Which reading a character
    # has in names and common words is told by the list above.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(character, errors="ignore")
    return found


def words() -> Iterator[str]:
    """Common words and names, then the syllables; the earlier, the sooner they are tried."""
    yield from _WORDS.split()
    for initial in ("", *_INITIALS.split()):
        yield from (initial + final for final in _FINALS.split())
