"""What a pledge's pages are drawn with: only what looks the same in every reader.

Things are known by where they stand, not by what they call themselves: whatever stands among a
page's fonts is a font, and has to be one that is in the file.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from pledges.core.verdict import Rejected
from pledges.gateways.pdf_objects import Budget, Reference, Stream, integer, real, refuse
from pledges.gateways.reader import Objects
from pledges.gateways.written_form import same

MAX_PAGES: Final = 2_000
MAX_FORM_DEPTH: Final = 8
PAGES: Final = frozenset({"/Type", "/Kids", "/Count", "/Parent"})
PAGE: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/Contents", "/Resources", "/Tabs", "/StructParents",
     "/Annots"}
)  # fmt: skip
SAME_BOXES: Final = frozenset({"/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"})
"""Some readers show these instead of the whole page; so they are the whole page."""
RESOURCES: Final = frozenset(
    {"/ExtGState", "/XObject", "/Pattern", "/Shading", "/ColorSpace", "/Font", "/ProcSet"}
)
GRAPHICS_STATE: Final = frozenset({"/Type", "/ca", "/CA"})
FORM: Final = frozenset(
    {"/Type", "/Subtype", "/BBox", "/Matrix", "/Resources", "/Filter", "/Length", "/StructParents"}
)
COMPOSITE_FONT: Final = frozenset(
    {"/Type", "/Subtype", "/BaseFont", "/ToUnicode", "/Encoding", "/DescendantFonts"}
)
CID_FONT: Final = frozenset(
    {"/Type", "/Subtype", "/BaseFont", "/CIDSystemInfo", "/CIDToGIDMap", "/W", "/DW",
     "/FontDescriptor"}
)  # fmt: skip
FONT_FILES: Final = frozenset({"/FontFile2", "/FontFile3"})
COLOUR_SPACES: Final = frozenset({"/Lab", "/ICCBased"})

_REGULAR: Final = rb"[^\0\t\n\f\r ()<>\[\]{}/%]"
OPERATORS: Final = frozenset(
    b"b B b* B* BDC BMC BT c cm CS cs d Do EMC ET f f* g G gs h i j J l m M n q Q re "
    b"RG rg s S SC SCN sc scn T* Tc TD Td Tf TJ Tj TL Tm Tr Ts Tw Tz v w W W* y ".split()
)
"""Without inline images, shadings and whatever hides or replaces (ISO 32000-1, annex A)."""
_CONTENT: Final = re.compile(
    rb"(?:[\0\t\n\f\r ]++|<(?:<|[0-9A-Fa-f]*+>)|>>|[\[\]]|/" + _REGULAR + rb"++|-?[0-9.]++"
    rb"|[A-Za-z]" + _REGULAR + rb"*+)*+"
)  # fmt: skip
_OPERATOR: Final = re.compile(
    rb"[</]" + _REGULAR + rb"*+|([A-Za-z]" + _REGULAR + rb"*+)"
)  # fmt: skip
_USE: Final = re.compile(
    rb"/(" + _REGULAR + rb"++)[\t\n\r ]++(?:-?[0-9.]++[\t\n\r ]++)?+(Tf|gs|Do|CS|cs)(?!"
    + _REGULAR + rb")"
)  # fmt: skip
_USERS: Final = re.compile(rb"(?<!" + _REGULAR + rb")(?:Tf|gs|Do|CS|cs)(?!" + _REGULAR + rb")")
RESOURCE_OF: Final = {b"Tf": "/Font", b"gs": "/ExtGState", b"Do": "/XObject"}
DEVICE_SPACES: Final = frozenset({"/DeviceRGB", "/DeviceGray"})


def pages(objects: Objects) -> Iterator[Mapping[str, Any]]:
    """The pages in their order; raises `Rejected` for a tree that is not a plain one."""
    root = objects.dictionary(objects.catalog.get("/Pages"))
    count, seen = 0, set[int]()
    for page in _pages(objects, root, seen):
        count += 1
        yield page
    if count != integer(root.get("/Count")):
        refuse("a page tree counts its pages (7.7.3.2)", expected=count, found=root.get("/Count"))


def _pages(
    objects: Objects, node: Mapping[str, Any], seen: set[int]
) -> Iterator[Mapping[str, Any]]:
    """The pages under `node`, each once: a tree that meets itself again might never end."""
    if set(node) - PAGES or node.get("/Type") != "/Pages":
        refuse("a node of the page tree has nothing that pages inherit", found=sorted(node))
    for reference in objects.array(node.get("/Kids")):
        if not isinstance(reference, Reference) or reference.number in seen:
            refuse("each page is in the tree once", found=reference)
        if len(seen) >= MAX_PAGES:
            raise Rejected("too-large", "a pledge has few pages", expected=MAX_PAGES)
        seen.add(reference.number)
        kid = objects.dictionary(reference)
        if kid.get("/Type") == "/Page":
            yield kid
        else:
            yield from _pages(objects, kid, seen)


def check(objects: Objects, budget: Budget) -> None:
    """Raise `Rejected` unless every page looks the same in every reader."""
    for page in pages(objects):
        more = set(page) - PAGE - SAME_BOXES
        if more:
            _refuse(min(more), "a page has known keys")
        for box in SAME_BOXES & set(page):
            if not same(objects.follow(page[box]), objects.follow(page.get("/MediaBox"))):
                _refuse(box, "what is shown of a page is the whole page")
        resources = _check_resources(objects, page.get("/Resources"), budget, 0)
        _check_content(objects, page.get("/Contents"), resources, budget)


def check_form(objects: Objects, value: Any, budget: Budget, depth: int = 0) -> None:
    """Raise `Rejected` unless the form XObject looks the same in every reader (8.10)."""
    form = objects.follow(value)
    if not isinstance(form, Stream) or form.entries.get("/Subtype") != "/Form":
        _refuse("/XObject", "what is drawn as a whole is a form")
    more = set(form.entries) - FORM
    if more:
        _refuse(min(more), "a form has known keys")
    resources = _check_resources(objects, form.entries.get("/Resources"), budget, depth)
    _check_content(objects, value, resources, budget)


def _refuse(what: str, rule: str) -> NoReturn:
    raise Rejected("active-content", rule, found=what, what=what)


Resources = Mapping[str, Mapping[str, Any]]


def _check_resources(objects: Objects, value: Any, budget: Budget, depth: int) -> Resources:
    """The resources by kind and name, all of them checked."""
    if depth > MAX_FORM_DEPTH:
        refuse("forms are not nested deeply")
    found = objects.dictionary(value)
    more = set(found) - RESOURCES
    if more:
        _refuse(min(more), "resources are of known kinds")
    kinds = {
        kind: objects.dictionary(found[kind]) for kind in RESOURCES - {"/ProcSet"} if kind in found
    }
    if kinds.get("/Pattern") or kinds.get("/Shading"):
        _refuse("/Pattern", "areas are filled with one colour")
    for font in kinds.get("/Font", {}).values():
        _check_font(objects, font)
    for state in kinds.get("/ExtGState", {}).values():
        _check_graphics_state(objects.dictionary(state))
    for space in kinds.get("/ColorSpace", {}).values():
        kind = (objects.array(space) or [""])[0]
        if not isinstance(kind, str) or kind not in COLOUR_SPACES:
            _refuse("/ColorSpace", f"colours are in {sorted(COLOUR_SPACES)}")
    for form in kinds.get("/XObject", {}).values():
        check_form(objects, form, budget, depth + 1)
    return kinds


def _check_graphics_state(state: Mapping[str, Any]) -> None:
    more = set(state) - GRAPHICS_STATE
    if more:
        _refuse(min(more), "a graphics state sets the opacity and nothing else")
    if not all(0 <= real(state[key]) <= 1 for key in ("/ca", "/CA") if key in state):
        _refuse("/ca", "an opacity is between 0 and 1")


def _check_font(objects: Objects, value: Any) -> None:
    """A font that is not in the file looks as each reader likes."""
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
    files = [objects.follow(descriptor[key]) for key in sorted(FONT_FILES & set(descriptor))]
    if len(files) != 1 or not isinstance(files[0], Stream):
        _refuse("/FontDescriptor", "a font's outlines are in the file")


def _check_content(objects: Objects, value: Any, resources: Resources, budget: Budget) -> None:
    """A content stream uses known operators, and names what its resources have."""
    stream = objects.follow(value)
    if not isinstance(stream, Stream):
        refuse("a page's content is one stream", found=value)
    content = budget.inflate(stream)
    read = _CONTENT.match(content)
    if read is None or read.end() != len(content):
        reached = read.end() if read else 0
        found = content[reached : reached + 20].decode("latin-1")
        _refuse(found, "a content stream has numbers, names, hexadecimal strings and operators")
    unknown = set(_OPERATOR.findall(content)) - OPERATORS - {b""}
    if unknown:
        _refuse(min(unknown).decode("latin-1"), "a content stream has known operators")
    used = _USE.findall(content)
    if len(used) != len(_USERS.findall(content)):
        _refuse("Tf", "a content stream names what it uses")
    for name, operator in used:
        kind, key = RESOURCE_OF.get(operator, "/ColorSpace"), "/" + name.decode("latin-1")
        if key not in resources.get(kind, {}) and key not in DEVICE_SPACES:
            _refuse(key, "a content stream uses what its resources have")
