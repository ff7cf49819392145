"""What a pledge's pages are drawn with: only what looks the same in every reader.

Things are known by where they stand, not by what they call themselves: whatever stands among a
page's fonts is a font, and has to be one that is in the file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from pledges.proof.pdf import content_streams, images
from pledges.proof.pdf.objects import (
    Budget,
    Reference,
    Stream,
    integer,
    numbers,
    real,
    refuse,
)
from pledges.proof.pdf.reader import Objects
from pledges.proof.pdf.serialiser import same
from pledges.proof.verdict import Rejected

MAX_PAGES: Final = 2_000
MAX_FORM_DEPTH: Final = 8
PAGES: Final = frozenset({"/Type", "/Kids", "/Count", "/Parent"})
PAGE: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources", "/Tabs", "/StructParents",
     "/Annots"}
)  # fmt: skip
SAME_BOXES: Final = frozenset({"/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"})
"""Some readers show these instead of the whole page; so they are the whole page."""
KINDS: Final = frozenset({"/ExtGState", "/XObject", "/Pattern", "/Shading", "/ColorSpace", "/Font"})
RESOURCES: Final = KINDS | {"/ProcSet"}
COLOUR_SPACES: Final = frozenset({"/Lab", "/ICCBased"})
"""Those that the renderer lists; nothing that is drawn uses them."""
Resources = Mapping[str, Mapping[str, Any]]
GRAPHICS_STATE: Final = frozenset({"/Type", "/ca", "/CA"})
FORM: Final = frozenset({"/Type", "/Subtype", "/BBox", "/Resources", "/Filter", "/Length"})
"""Without /StructParents: what a seal draws is no part of what the pages are to those who hear.
Without /Matrix: by one that cannot be inverted some readers draw all over the page (8.3.4)."""
COMPOSITE_FONT: Final = frozenset(
    {"/Type", "/Subtype", "/BaseFont", "/ToUnicode", "/Encoding", "/DescendantFonts"}
)
CID_FONT: Final = frozenset(
    {"/Type", "/Subtype", "/BaseFont", "/CIDSystemInfo", "/CIDToGIDMap", "/W", "/DW",
     "/FontDescriptor"}
)  # fmt: skip
FONT_FILES: Final = frozenset({"/FontFile", "/FontFile2", "/FontFile3"})
OUTLINES: Final = frozenset({"/FontFile2", "/FontFile3"})
"""The font files of composite fonts (table 126)."""
MAX_PAGE_SIDE: Final = 14_400
"""Units, each way (annex C)."""
MIN_FORM_SIDE: Final = 0.1
"""Units, each way: smaller ones some readers take for nothing, and fit others into a box."""


def pages(objects: Objects) -> Iterator[Mapping[str, Any]]:
    """The pages in their order; raises `Rejected` for a tree that is not a plain one."""
    root = objects.catalog.get("/Pages")
    if not isinstance(root, Reference) or "/Parent" in objects.dictionary(root):
        refuse("a page tree has a root (7.7.3.2)", found=root)
    yield from _pages(objects, root, set())


def _pages(objects: Objects, own: Reference, seen: set[int]) -> Iterator[Mapping[str, Any]]:
    """The pages under the node `own`, each once: a tree that meets itself might never end.

    Some readers find pages by what nodes count and look for what a page inherits by `/Parent`:
    both agree with the tree.
    """
    node, count = objects.dictionary(own), 0
    if set(node) - PAGES or node.get("/Type") != "/Pages":
        refuse("a node of the page tree has nothing that pages inherit", found=sorted(node))
    for reference in objects.array(node.get("/Kids")):
        if not isinstance(reference, Reference) or reference.number in seen:
            refuse("each page is in the tree once", found=reference)
        if len(seen) >= MAX_PAGES:
            raise Rejected("too-large", "a pledge has few pages", expected=MAX_PAGES)
        seen.add(reference.number)
        kid = objects.dictionary(reference)
        if kid.get("/Parent") != own:
            refuse("a page or node has the parent that has it", expected=own, found=reference)
        below = [kid] if kid.get("/Type") == "/Page" else _pages(objects, reference, seen)
        for page in below:
            count += 1
            yield page
    if count != integer(node.get("/Count")):
        refuse("a page tree counts its pages (7.7.3.2)", expected=count, found=node.get("/Count"))


def check(objects: Objects, budget: Budget, *, with_images: bool = False) -> tuple[str, ...]:
    """Raise `Rejected` unless every page looks the same in every reader.

    Gives the digests of the images on the pages, in their order; there are none unless they are
    allowed, and then at most one a page.
    """
    looks = Looks(objects, budget, with_images=with_images)
    for page in pages(objects):
        looks.check_page(page)
    return tuple(looks.images)


class Looks:
    """What is drawn at one time of a file; each part of it is checked once, however often used."""

    def __init__(self, objects: Objects, budget: Budget, *, with_images: bool = False) -> None:
        self._objects, self._budget, self._with_images = objects, budget, with_images
        self._checked: set[int] = set()
        self.images: list[str] = []

    def _is_new(self, part: Any) -> bool:
        """Whether `part`, which the file keeps alive, was not asked about before."""
        new = id(part) not in self._checked
        self._checked.add(id(part))
        return new

    def check_page(self, page: Mapping[str, Any]) -> None:
        """Raise `Rejected` unless the page looks the same in every reader."""
        more = set(page) - PAGE - SAME_BOXES
        if more:
            _refuse(min(more), "a page has known keys")
        whole = self._objects.follow(page.get("/MediaBox"))
        _size(whole, "/MediaBox", "a page has a size (7.7.3.3)")
        for box in SAME_BOXES & set(page):
            if not same(self._objects.follow(page[box]), whole):
                _refuse(box, "what is shown of a page is the whole page")
        resources = self._check_resources(page.get("/Resources"), 0)
        used = self._check_content(page.get("/Contents"), resources)
        self.images += self._images_among(used, resources)

    def _images_among(self, used: Iterable[tuple[str, str]], resources: Resources) -> Sequence[str]:
        """The digest of the image that a page shows, if it does."""
        named = {key for kind, key in used if kind == "/XObject"}
        shown = [self._objects.follow(resources["/XObject"][key]) for key in named]
        found = [images.check(each) for each in shown if images.is_image(each)]
        if len(found) > 1:
            _refuse("/Image", "a page shows one image")
        return found

    def check_form(self, value: Any, depth: int = 0) -> tuple[float, float]:
        """The size of the form XObject (8.10); raises `Rejected` unless every reader shows the
        same."""
        form = self._objects.follow(value)
        if not isinstance(form, Stream) or form.entries.get("/Subtype") != "/Form":
            _refuse("/XObject", "what is drawn as a whole is a form")
        rule = "a form has a size (8.10.2)"
        size = _size(form.entries.get("/BBox"), "/BBox", rule, least=MIN_FORM_SIDE)
        if not self._is_new(form):
            return size
        more = set(form.entries) - FORM
        if more:
            _refuse(min(more), "a form has known keys")
        resources = self._check_resources(form.entries.get("/Resources"), depth)
        self._check_content(value, resources)
        return size

    def _check_resources(self, value: Any, depth: int) -> Resources:
        """The resources by kind and name, all of them checked."""
        if depth > MAX_FORM_DEPTH:
            refuse("forms are not nested deeply")
        objects = self._objects
        found = objects.dictionary(value)
        kinds = {kind: objects.dictionary(found[kind]) for kind in KINDS if kind in found}
        if not self._is_new(found):
            return kinds
        more = set(found) - RESOURCES
        if more:
            _refuse(min(more), "resources are of known kinds")
        if kinds.get("/Pattern") or kinds.get("/Shading"):
            _refuse("/Pattern", "areas are filled with one colour")
        for font in kinds.get("/Font", {}).values():
            self._check_font(font)
        for state in kinds.get("/ExtGState", {}).values():
            _check_graphics_state(objects.dictionary(state))
        for space in kinds.get("/ColorSpace", {}).values():
            kind = (objects.array(space) or [""])[0]
            if not isinstance(kind, str) or kind not in COLOUR_SPACES:
                _refuse("/ColorSpace", f"colours are in {sorted(COLOUR_SPACES)}")
        for form in kinds.get("/XObject", {}).values():
            drawn = self._objects.follow(form)
            # A page's own: within a form nobody would look for it.
            if self._with_images and not depth and images.is_image(drawn):
                images.check(drawn)
            else:
                self.check_form(form, depth + 1)
        return kinds

    def _check_font(self, value: Any) -> None:
        """A font that is not in the file looks as each reader likes."""
        objects = self._objects
        font = objects.dictionary(value)
        kind, encoding = font.get("/Subtype"), font.get("/Encoding")
        if kind != "/Type0" or encoding != "/Identity-H" or set(font) - COMPOSITE_FONT:
            _refuse(str(kind), "fonts are composite ones (9.7), by number of the glyph")
        below = objects.array(font.get("/DescendantFonts"))
        inner = objects.dictionary(below[0]) if len(below) == 1 else {}
        known = inner.get("/Subtype") in ("/CIDFontType0", "/CIDFontType2")
        mapped = inner.get("/CIDToGIDMap", "/Identity") == "/Identity"
        if not (known and mapped) or set(inner) - CID_FONT:
            _refuse(str(inner.get("/Subtype")), "a glyph's number is that in the file")
        descriptor = objects.dictionary(inner.get("/FontDescriptor"))
        files = FONT_FILES & set(descriptor)
        if len(files) != 1 or not files <= OUTLINES:
            _refuse("/FontDescriptor", "a font's outlines are in the file, once")
        if not isinstance(objects.follow(descriptor[min(files)]), Stream):
            _refuse("/FontDescriptor", "a font's outlines are in the file")

    def _check_content(self, value: Any, resources: Resources) -> set[tuple[str, str]]:
        """A content stream uses known operators, and names what its resources have."""
        stream = self._objects.follow(value)
        if not isinstance(stream, Stream):
            refuse("a page's content is one stream", found=value)
        content = self._budget.inflate(stream)
        try:
            used = content_streams.used(content, self._budget)
        except content_streams.Foreign as foreign:
            _refuse(str(foreign), "a content stream has known operators with their operands")
        for kind, key in used:
            if key not in resources.get(kind, {}):
                _refuse(key, "a content stream uses what its resources have")
        return used


def _size(box: Any, key: str, rule: str, *, least: float = 0) -> tuple[float, float]:
    """Width and height of a box that begins at the origin; raises `Rejected` for any other."""
    left, bottom, right, top = numbers(box, 4)
    if left or bottom or not (least < right <= MAX_PAGE_SIDE and least < top <= MAX_PAGE_SIDE):
        _refuse(key, rule)
    return right, top


def _refuse(what: str, rule: str) -> NoReturn:
    raise Rejected("active-content", rule, found=what, what=what)


def _check_graphics_state(state: Mapping[str, Any]) -> None:
    more = set(state) - GRAPHICS_STATE
    if more:
        _refuse(min(more), "a graphics state sets the opacity and nothing else")
    if not all(0 <= real(state[key]) <= 1 for key in ("/ca", "/CA") if key in state):
        _refuse("/ca", "an opacity is between 0 and 1")
