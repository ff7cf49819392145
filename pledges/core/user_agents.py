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

_PHONES: Final = frozenset({"HarmonyOS", "Android", "iPhone"})


def browser_of(user_agent: str) -> str:
    """Such as `Chrome, Windows`; what it does not say is left out."""
    return ", ".join(name for name in parts_of(user_agent) if name)


def parts_of(user_agent: str) -> tuple[str, str]:
    """The browser and the system, each empty where it is not said."""
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def is_phone(user_agent: str) -> bool:
    """Whether it is a phone, as far as it says so itself."""
    return parts_of(user_agent)[1] in _PHONES


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
