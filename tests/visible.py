"""The words that a page shows or says, by the language that each stands in."""

from html.parser import HTMLParser

SILENT = {"script", "style", "template", "code", "pre"}
SPOKEN = ("alt", "aria-label", "placeholder", "title")
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "source", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        _tag, language, silent = self.open[-1]
        language = (given.get("lang") or language).lower()
        self.found += [(language, given[name]) for name in SPOKEN if given.get(name)]
        # Scripts take their sentences from attributes; a single word there is a name for them.
        self.found += [
            (language, text)
            for name, text in attrs
            if name.startswith("data-") and text and (" " in text or not text.isascii())
        ]
        if tag == "input" and given.get("type") == "submit":
            self.found.append((language, given.get("value", "")))
        if tag not in VOID:
            self.open.append((tag, language, silent or tag in SILENT))

    def handle_endtag(self, tag):
        while len(self.open) > 1:
            if self.open.pop()[0] == tag:
                return

    def handle_data(self, data):
        _tag, language, silent = self.open[-1]
        if data.strip() and not silent:
            self.found.append((language, data.strip()))


def texts(html: str, language: str) -> list[str]:
    """Every text and spoken attribute of `html` that stands in `language`."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return [text for found, text in reader.found if found == language]
