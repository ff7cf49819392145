"""Chinese in Latin letters, as people put it into passwords: what whoever guesses tries first.

No list of common passwords has it, for those lists come from English-speaking sites.
"""

from collections.abc import Iterator
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


def words() -> Iterator[str]:
    """Common words and names, then the syllables; the earlier, the sooner they are tried."""
    yield from _WORDS.split()
    for initial in ("", *_INITIALS.split()):
        yield from (initial + final for final in _FINALS.split())
