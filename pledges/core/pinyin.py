"""Chinese in Latin letters, as people put it into passwords: what whoever guesses tries first.

No list of common passwords has it, for those lists come from English-speaking sites.
"""

from bisect import bisect
from collections.abc import Iterator
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

# The 3,755 common characters stand in GB 2312 in the order of their readings. So it is enough to
# know the first of each reading: made with the transliteration of ICU (`Han-Latin`), which agrees
# for all but 47 of them.
_FIRST_OF_EACH: Final = """
a啊 ai埃 an鞍 ang肮 ao凹 ba芭 bai白 ban斑 bang邦 bao苞 bei杯 ben奔 beng崩 bi逼
bian鞭 biao标 bie鳖 bin彬 bing兵 bo玻 bu捕 ca擦 cai猜 can餐 cang苍 cao操 ce厕
ceng层 cha插 chai拆 chan搀 chang昌 chao超 che车 chen郴 cheng撑 chi吃 chong充
chou抽 chu初 chuai揣 chuan川 chuang疮 chui吹 chun春 chuo戳 ci疵 cong聪 cou凑
cu粗 cuan蹿 cui摧 cun村 cuo磋 da搭 dai呆 dan耽 dang当 dao刀 de德 deng蹬 di堤
dian颠 diao碉 die跌 ding丁 diu丢 dong东 dou兜 du督 duan端 dui堆 dun墩 duo掇 e蛾
en恩 er而 fa发 fan藩 fang坊 fei菲 fen芬 feng丰 fu佛 ga噶 gai该 gan干 gang冈
gao篙 ge哥 gei给 gen根 geng耕 gong工 gou钩 gu辜 gua刮 guai乖 guan棺 guang光
gui瑰 gun辊 guo锅 ha哈 hai骸 han酣 hang夯 hao壕 he呵 hei嘿 hen痕 heng哼 hong轰
hou喉 hu呼 hua花 huai槐 huan欢 huang荒 hui灰 hun荤 huo豁 ji击 jia嘉 jian歼
jiang僵 jiao蕉 jie揭 jin巾 jing荆 jiong炯 jiu揪 ju鞠 juan捐 jue撅 jun均 ka喀
kai开 kan刊 kang康 kao考 ke坷 ken肯 keng坑 kong空 kou抠 ku枯 kua夸 kuai块
kuan宽 kuang匡 kui亏 kun坤 kuo括 la垃 lai莱 lan蓝 lang琅 lao捞 lei勒 leng棱
li厘 lia俩 lian联 liang粮 liao撩 lie列 lin琳 ling玲 liu溜 long龙 lou楼 lu芦
luan峦 lue掠 lun抡 luo萝 ma妈 mai埋 man瞒 mang芒 mao猫 me么 mei玫 men门 meng萌
mi眯 mian棉 miao苗 mie蔑 min民 ming明 miu谬 mo摸 mou谋 mu拇 na拿 nai氖 nan南
nang囊 nao挠 ne呢 nei馁 nen嫩 neng能 ni妮 nian蔫 niang娘 niao鸟 nie捏 nin您
ning柠 niu牛 nong脓 nu奴 nuan暖 nue虐 nuo挪 o哦 ou欧 pa啪 pai拍 pan攀 pang乓
pao抛 pei呸 pen喷 peng砰 pi坯 pian篇 piao飘 pie撇 pin拼 ping乒 po坡 pou剖 pu扑
qi期 qia掐 qian牵 qiang枪 qiao橇 qie切 qin钦 qing青 qiong琼 qiu秋 qu趋 quan圈
que缺 qun裙 ran然 rang瓤 rao饶 re惹 ren壬 reng扔 ri日 rong戎 rou揉 ru茹 ruan软
rui蕊 run闰 ruo若 sa撒 sai腮 san三 sang桑 sao搔 se瑟 sen森 seng僧 sha莎 shai筛
shan珊 shang墒 shao梢 she奢 shen砷 sheng声 shi师 shou收 shu蔬 shua刷 shuai摔
shuan栓 shuang霜 shui水 shun吮 shuo说 si斯 song松 sou搜 su苏 suan酸 sui虽
sun孙 suo蓑 ta塌 tai胎 tan坍 tang汤 tao掏 te特 teng藤 ti梯 tian天 tiao挑 tie贴
ting厅 tong通 tou偷 tu凸 tuan湍 tui推 tun吞 tuo拖 wa挖 wai歪 wan豌 wang汪 wei威
wen瘟 weng嗡 wo挝 wu巫 xi昔 xia瞎 xian掀 xiang相 xiao萧 xie楔 xin薪 xing星
xiong兄 xiu休 xu墟 xuan轩 xue靴 xun勋 ya压 yan焉 yang殃 yao邀 ye椰 yi一 yin茵
ying英 yo哟 yong拥 you幽 yu迂 yuan鸳 yue曰 yun耘 za匝 zai栽 zan咱 zang赃 zao遭
ze责 zei贼 zen怎 zeng增 zha扎 zhai摘 zhan瞻 zhang樟 zhao招 zhe遮 zhen珍
zheng蒸 zhi芝 zhong中 zhou舟 zhu珠 zhua抓 zhuai拽 zhuan专 zhuang桩 zhui锥
zhun谆 zhuo捉 zi兹 zong鬃 zou邹 zu租 zuan钻 zui嘴 zun尊 zuo昨
"""
# What has another reading that names and common words use; `v` is how people type ü.
_OTHERWISE: Final = """
行hang 长zhang 重chong 乐yue 乐le 单shan 解xie 仇qiu 区ou 查zha 会kuai 都dou 种chong 还hai 什shen
谁shei 了le 着zhe 调diao 系ji 传zhuan 参shen 率lv 女nv 吕lv 绿lv 旅lv 律lv 盛cheng 车ju 藏zang
降xiang 角jue 给ji 度duo 折she 省xing 便pian 朝zhao 差chai 弹tan 地de 似si 削xue 朴piao 覃qin
"""
_MOST_SPELLINGS: Final = 4


def spelled(text: str) -> Iterator[str]:
    """Ways to write Chinese `text` in Latin letters; none where a character is uncommon."""
    readings = [_readings(character) for character in text]
    yield from map("".join, islice(product(*readings), _MOST_SPELLINGS))


def _readings(character: str) -> list[str]:
    found = [_usual_reading(character), *_OTHERS.get(character, ())]
    return [each for each in found if each]


def _usual_reading(character: str) -> str:
    place = _place(character)
    if not _PLACES[0] <= place <= _LAST:
        return ""
    return _READINGS[bisect(_PLACES, place) - 1]


def _place(character: str) -> bytes:
    return character.encode("gb2312", "ignore")


_READINGS: Final = tuple(each[:-1] for each in _FIRST_OF_EACH.split())
_PLACES: Final = tuple(_place(each[-1]) for each in _FIRST_OF_EACH.split())
_LAST: Final = b"\xd7\xf9"
_OTHERS: Final[dict[str, list[str]]] = {}
for _each in _OTHERWISE.split():
    _OTHERS.setdefault(_each[0], []).append(_each[1:])


def words() -> Iterator[str]:
    """Common words and names, then the syllables; the earlier, the sooner they are tried."""
    yield from _WORDS.split()
    for initial in ("", *_INITIALS.split()):
        yield from (initial + final for final in _FINALS.split())
