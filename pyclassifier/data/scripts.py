"""How often letters come in names and short texts, by the encoding that they would be written in.

Roughly: of each script the letters that are seen most, the ones that are seen, and the rest. It is enough to tell
encodings from each other, since a text in a wrong one is made of letters that are hardly seen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from math import log

# The commonest in texts, then what photos are called by: animals, plants, fruit, things, colours, places, moods, waste.
_SIMPLIFIED = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形"
    "相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展"
    "五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战"
    "先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白"
    "教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且"
    "究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值"
    "号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
    "猫狗犬鸟鱼牛羊猪鸡鸭鹅兔虎狮豹熊猴蛇鼠象鹿狐狼蜂蝶虫蚊蚁龟蛙虾蟹鲸鹰鸽燕雀企松宠"
    "苹香蕉橙桔橘梨桃葡萄草莓西瓜柠檬芒菠萝樱荔枝柚柿李杏枣椰菜萝卜茄豆玉黄白番土薯葱蒜姜椒南菇粮稻麦谷"
    "树叶木竹梅兰菊荷莲玫瑰郁向日葵蒲英雏百牡丹茶果蔬植物植病害健康锈斑枯黑霉"
    "蓝绿紫灰棕粉橙深浅色红白黑银彩圆方形三角星心"
    "飞船轮自汽客货火卡摩托桥楼房屋街道路河湖雪雨云雷雾晴阴沙漠森冰川城村校园"
    "桌椅床灯杯碗盘瓶刀叉勺筷笔纸尺包鞋帽衣裤裙袜伞钟表手机电脑键盘鼠屏相机耳球足篮网排乒乓拳"
    "训练测试验证集图片照数据样本标签分类文件夹新建副本未命名其他示例原始像素素材资料"
    "石头剪布开心生气悲伤惊讶害怕厌恶平静笑哭脸人男女孩婴口罩戴合格不良品正常异缺陷划痕裂纹"
    "垃圾可回收有害厨余干湿塑料玻璃金属纸板易拉罐池猫头鹰左右上下停止前进后退点赞零壹贰叁"
)
_TRADITIONAL = (
    "這為個國時來們會發動過說產種後學經進電裡裏現實兩體機當點從業應開還與關線數質氣變條沒結解問無係軍黨員總設長頭資邊級統較將組見"
    "計別論運農幾區強決戰則據處隊給門規熱領東導壓爭濟階術極聯認權證採轉單風帶場車務達積議聲報鬥類離華確張節話況傳許廣記須際驗連斷"
    "難礦備辦習響約勞團歷構稱號維劃選標寫親層專狀廠識適屬圓滿縣參紅細聽該鐵價嚴"
    "貓鳥魚豬雞鴨鵝獅蟲蟻龜蝦鯨鷹鴿蘋蘿蔔檸葉樹蘭蓮鬱藍綠飛輪貨橋樓橘雲霧陰園燈盤筆紙帽褲襪傘鐘錶腦鍵圖訓練測試資樣標籤夾未範類別檔"
    "開驚訝厭惡靜臉嬰戴異陷劃紋圾廚濕屬罐頭鷹讚貳黃銀圓蔥薑麥穀銹黴寵長頸鹿麵包蛋糕飯湯餃"
)
_JAPANESE = (
    "円図売広楽気学校猫犬鳥魚花木山川海空車電車駅桜梅桃栗柿苺蜜柑葡萄林檎写真画像訓練検証分類他新規写猿虎熊馬牛羊豚鶏亀"
)
_KOREAN = (
    "이다는을가의에고하지도한로은어나사자기리아있서대시인그만보들해수정일스전부여주상라으과제니거장원와관공산오개방성적없유연무구화동실신"
    "선회학소문중간분위당년물국경조모진세발때금비내행집음안계면심생각간식차미우재양된마교용름말러터트드바게파카타크프르토포래레노람려"
    "견강능단달데두둘등력록률린립망매머먹명몸민반밥배번법별병복본봄북불빛뿐살색설속손순술습승쌀씨악약얼역열영예온완왕외요움원월은"
    "고양강아지개고양이새물고기토끼말소돼지닭오리호랑이사자곰원숭이뱀코끼리사과바나나배포도딸기수박복숭아귤레몬감체리꽃나무잎장미튤립해바라기민들레"
    "훈련검증테스트이미지사진데이터분류폴더새폴더기타빨강파랑노랑초록검정하양가위바위보웃음슬픔화남놀람마스크정상불량쓰레기재활용종이유리캔플라스틱"
    "자동차비행기배기차버스자전거의자책상컵책신발모자옷시계전화컴퓨터"
)
_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъіїє"
_LATIN_OFTEN = "éèàçêöäüñóíáã"
_LATIN = _LATIN_OFTEN + "ôîïëâûùßúõåøæœòìÿ"
_MIXED = 3.0  # What it costs where letters stand together that seldom do.

Cost = Callable[[str], float]


def _each(share: float, n: int) -> float:
    return -log(share / n)


def _chinese(common: frozenset[str], encoding: str, last_of_first_level: int) -> Cost:
    often, seen, rare, odd = _each(0.72, len(common)), _each(0.24, 3500), _each(0.02, 5000), _each(0.002, 14000)

    @lru_cache(maxsize=8192)
    def cost(char: str) -> float:
        if char in common:
            return often
        try:
            lead, _ = char.encode(encoding)
        except ValueError:  # It has none there, or is written as several.
            return odd
        if unicodedata.category(char) != "Lo":
            return _each(0.015, 600)
        return seen if lead <= last_of_first_level else rare

    return cost


def _japanese(char: str) -> float:
    name = unicodedata.name(char, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return _each(0.55, 160)
    if name.startswith("HALFWIDTH"):
        return _each(0.02, 63)
    if char in _COMMON_JAPANESE:
        return _each(0.25, len(_COMMON_JAPANESE))
    return _SHIFT_JIS(char)


def _korean(char: str) -> float:
    if char in _COMMON_KOREAN:
        return _each(0.8, len(_COMMON_KOREAN))
    if "가" <= char <= "힣":
        return _WANSUNG(char)
    return _each(0.005, 5000)


def _letters(char: str) -> float:
    """Of alphabets: a letter in the small or the capital form; what is none is rare in names."""
    small = char.lower()
    share = 0.83 if small == char else 0.1
    if small in _LATIN_OFTEN:
        return _each(0.8 * share, len(_LATIN_OFTEN))
    if small in _LATIN:
        return _each(0.2 * share, len(_LATIN) - len(_LATIN_OFTEN))
    if small in _CYRILLIC:
        return _each(share, len(_CYRILLIC))
    category = unicodedata.category(char)
    if category[0] == "L":
        return _each(0.015, 60)
    return _each(0.03, 60) if category[0] == "P" else _each(0.005, 100)


def _any(char: str) -> float:
    """In Unicode: whatever script it is of."""
    if char in _COMMON_KOREAN or char in _COMMON_CHINESE or char in _COMMON_JAPANESE:
        return _each(0.7, 1500)
    small = char.lower()
    return _letters(char) if small in _LATIN or small in _CYRILLIC else _each(0.2, 1000)


_COMMON_CHINESE = frozenset(_SIMPLIFIED)
_COMMON_TRADITIONAL = _COMMON_CHINESE | frozenset(_TRADITIONAL)
_COMMON_JAPANESE = _COMMON_CHINESE | frozenset(_JAPANESE)
_COMMON_KOREAN = frozenset(_KOREAN)
_SHIFT_JIS = _chinese(frozenset("々"), "shift_jis", 0x98)
_WANSUNG = _chinese(frozenset("갂"), "euc_kr", 0xC8)

# What a name or a table may be written in, where it is not Unicode, and what its letters cost.
COSTS: dict[str, Cost] = {
    "utf-8": _any,
    "gbk": _chinese(_COMMON_CHINESE, "gb2312", 0xD7),
    "cp950": _chinese(_COMMON_TRADITIONAL, "big5", 0xC6),
    "cp932": lru_cache(maxsize=8192)(_japanese),
    "cp949": _korean,
    "cp1252": _letters,
    "cp850": _letters,
    "cp437": _letters,
    "mac_roman": _letters,
    "cp1251": _letters,
    "cp866": _letters,
}
_ALPHABETS = frozenset(encoding for encoding, cost in COSTS.items() if cost is _letters)


def cost_of(text: str, encoding: str) -> float:
    """Return how unlikely a text is where it was written in this encoding: the lower, the likelier."""
    of_char, alphabet = COSTS[encoding], encoding in _ALPHABETS
    total, before = 0.0, " "
    for char in text:
        if char.isascii():
            total += 3.0
            if not before.isascii() and char.isalpha() and encoding != "utf-8":
                is_word = alphabet and before.lower() not in _CYRILLIC and not (char.isupper() and before.islower())
                total += 0.0 if is_word else _MIXED
        else:
            total += of_char(char) + _together(before, char, alphabet, encoding)
        before = char
    return total


def _together(before: str, char: str, alphabet: bool, encoding: str) -> float:
    if not alphabet:
        return _MIXED if before.isascii() and before.isalpha() and encoding != "utf-8" else 0.0
    small = char.lower()
    cost = 0.0
    if before.islower() and char != small:
        cost += _MIXED + 1  # A capital within a word.
    if before.isascii():
        return cost + (_MIXED if small in _CYRILLIC and before.isalpha() else 0.0)
    # Accents seldom stand side by side; Cyrillic letters do.
    return cost + (0.0 if small in _CYRILLIC and before.lower() in _CYRILLIC else _MIXED)
