"""The numbers of a page and the lists that they open; and whether a page is fit to be seen."""

import re

from axe_playwright_python.base import AXE_SCRIPT

from pledges.core.standings import Standing
from tests.e2e.pages import DEVICES
from tests.e2e.test_pages import JUDGE, SIDEWAYS

PER_PAGE = 50
LISTS = 'main a[href*="/members/"], main a[href*="/people/"]'
COUNTED = """links => links.map(link => {
  const count = link.querySelector(".figure-count, .count, .filter-count") ?? link;
  return [link.getAttribute("href"), count.innerText.match(/\\d+/)?.[0]];
}).filter(([, count]) => count)"""
FETCH = "all => Promise.all(all.map(async each => (await fetch(each)).text()))"
SAID = re.compile(r'class="paginator">.*?class="soft">[^<\d]*(\d+)', re.DOTALL)


def numbers_of(page):
    """The numbers of a page by what their lists are of; each list has exactly so many rows."""
    found = {to: int(count) for to, count in page.locator(LISTS).evaluate_all(COUNTED)}
    assert found and _rows(page, list(found)) == found
    return {address.partition("?")[2] or "everybody": count for address, count in found.items()}


def _rows(page, addresses):
    """How many rows each list has: all pages are full but the last, whose rows are counted."""
    said = [int(SAID.search(text)[1]) for text in page.evaluate(FETCH, addresses)]
    full = [max(0, count - 1) // PER_PAGE for count in said]
    last = [
        f"{address}{'&' if '?' in address else '?'}p={number + 1}"
        for address, number in zip(addresses, full, strict=True)
    ]
    return {
        address: number * PER_PAGE + text.partition("<tbody>")[2].count("<tr>")
        for address, number, text in zip(addresses, full, page.evaluate(FETCH, last), strict=True)
    }


def standings(found):
    """The numbers of those who stand somewhere, without those of several standings together."""
    return {
        str(each): found[f"standing={each}"] for each in Standing if f"standing={each}" in found
    }


def look(page, name):
    """As it stands, on a desk and on a phone, nothing of the page called `name` is amiss."""
    before = page.viewport_size
    for device in DEVICES.values():
        page.set_viewport_size(device["viewport"])
        page.evaluate(AXE_SCRIPT)
        assert page.evaluate(JUDGE, {}) == [], name
        assert page.evaluate(SIDEWAYS) == 0, name
    page.set_viewport_size(before)
