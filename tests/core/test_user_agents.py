"""What a browser is called in a mail, by what browsers really say of themselves."""

import pytest

from pledges.core.user_agents import browser_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
SAID = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36": (
        "Chrome, Windows"
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 "
    "Edg/131.0.0.0": "Edge, Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0": "Firefox, Linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15": "Safari, macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Mobile/15E148 MicroMessenger/8.0.54 Language/zh_CN": "WeChat, iPhone",
    f"Mozilla/5.0 (Linux; Android 14; 23127PN0CC) {WEBKIT} Version/4.0 Chrome/131.0.0.0 Mobile "
    "Safari/537.36 AliApp(DingTalk/7.6.15)": "DingTalk, Android",
    f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {WEBKIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1": (
        "Chrome, HarmonyOS"
    ),
    "curl/8.11.0": "",
    "": "",
    "\x1b[2J\u202e" * 5000: "",
}


@pytest.mark.parametrize(("said", "expected"), SAID.items(), ids=lambda value: value[-12:].strip())
def test_a_browser_is_called_by_the_words_that_people_know(said, expected):
    assert browser_of(said) == expected
