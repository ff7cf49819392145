"""What a browser says of itself, in the two words that people know it by."""

import re
from typing import Final

# The first that is named counts: most browsers also name those whose pages they can show.
_BROWSERS: Final = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Lark|Feishu", "Feishu"),
    ("QQBrowser", "QQ Browser"),
    ("UCBrowser", "UC Browser"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("Edg(?:e|A|iOS)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("Firefox/|FxiOS", "Firefox"),
    ("Chrome/|CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("OpenHarmony|HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Such as `Chrome, Windows`; what it does not say is left out."""
    found = (_first(names, user_agent) for names in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in found if name)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
