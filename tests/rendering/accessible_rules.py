"""What PDF/UA-1 (ISO 14289-1:2014) asks that a machine can check, as the Matterhorn Protocol 1.1
numbers it, of the kinds of thing that a pledge's file is made of."""

from collections import Counter
from itertools import pairwise
from typing import Any

from pikepdf import Array, Dictionary

from tests.rendering.archival_rules import said
from tests.rendering.rules import Content, File, Rules, kids

RULES = Rules()

TYPES = {
    "Document", "Part", "Sect", "Div", "NonStruct", "P", "Span", "Link", "Form", "Figure",
    "H1", "H2", "H3", "H4", "H5", "H6",
}  # fmt: skip
"""The structure types that the paper uses; so no rule on tables, lists, notes, formulas or ruby."""
SHOWS = {"Tj", "TJ", "'", '"', "S", "s", "f", "f*", "B", "B*", "b", "b*", "Do", "sh"}


class Marks:
    """The marked-content sequences of a content, as the operators go."""

    def __init__(self, content: Content) -> None:
        self.open: list[tuple[str, int | None]] = []
        self.content = content
        self.numbers: list[int] = []
        self.faults: list[str] = []
        for operands, operator in content.operations:
            self._step(operands, operator)
        if self.open:
            self.faults.append("not closed")

    def _step(self, operands: list[Any], operator: str) -> None:
        if operator in ("BMC", "BDC"):
            self._begin(str(operands[0]), operands[1] if operator == "BDC" else Dictionary())
        elif operator == "EMC":
            self.open.pop()
        elif operator in SHOWS and not self._accounted():
            self.faults.append(f"{operator} neither tagged nor an artifact")

    def _begin(self, tag: str, properties: Any) -> None:
        number = int(properties.MCID) if "/MCID" in properties else None
        inside = {name == "/Artifact" for name, _ in self.open}
        if tag == "/Artifact" and False in inside:
            self.faults.append("artifact inside of tagged content")
        if tag != "/Artifact" and True in inside:
            self.faults.append("tagged content inside of an artifact")
        self.open.append((tag, number))
        if number is not None:
            self.numbers.append(number)

    def _accounted(self) -> bool:
        return any(tag == "/Artifact" or number is not None for tag, number in self.open)


@RULES("7.1 (01-003, 01-004, 01-005)", "content is tagged or an artifact, and never both")
def tagged_or_artifact(file):
    for content in file.contents:
        yield from (f"{content.where}: {fault}" for fault in Marks(content).faults)


@RULES("7.1 (01-006)", "what an appearance draws is an artifact: the field's element speaks for it")
def appearances_are_artifacts(file):
    for content in file.appearances:
        if Marks(content).numbers or "/StructParents" in content.holder:
            yield content.where


@RULES("7.1", "tagged content belongs to one element, and is found from the page")
def parent_tree(file):
    parents = _parents(file)
    for page in file.pages:
        numbers = Marks(Content("", page, page.Resources)).numbers
        if len(numbers) != len(set(numbers)):
            yield "a number twice"
        listed = parents.get(int(page.StructParents), Array())
        for number in numbers:
            element = listed[number] if number < len(listed) else None
            if element is None or number not in [kid for kid in kids(element) if _number(kid)]:
                yield f"{number} is not in the tree"
            elif element.objgen not in {each.objgen for each in file.elements}:
                yield f"{number} is outside of the tree"


@RULES("7.1", "content is tagged in the order in which it is painted")
def reading_order(file):
    for number, page in enumerate(file.pages, 1):
        read = [
            int(kid)
            for element in file.elements
            if element.get("/Pg", page).objgen == page.objgen
            for kid in kids(element)
            if _number(kid)
        ]
        if read != Marks(Content("", page, page.Resources)).numbers:
            yield f"page {number}"


@RULES("7.1 (01-007)", "the tags are not suspect")
def not_suspect(file):
    if file.root.MarkInfo.get("/Suspects", False):
        yield "/Suspects"


@RULES("7.1 (02-001, 02-003, 02-004)", "only standard types, and nothing is mapped to them")
def standard_types(file):
    yield from {str(each.S) for each in file.elements if str(each.S)[1:] not in TYPES}
    if "/RoleMap" in file.root.StructTreeRoot:
        yield "/RoleMap"


@RULES("7.1 (06-003), 7.1 (07-001, 07-002)", "the document has a title, which its window shows")
def title(file):
    if not said(file, "dc:title"):
        yield "dc:title"
    if file.root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle") is not True:
        yield "/DisplayDocTitle"


@RULES("5 (06-002)", "the file says that it is PDF/UA-1")
def identification(file):
    if said(file, "pdfuaid:part") != "1":
        yield "pdfuaid:part"


@RULES("7.2 (11-001 to 11-006)", "every text has a language: that of the document")
def language(file):
    if not str(file.root.get("/Lang", "")):
        yield "/Lang"


@RULES("7.3 (13-004)", "a figure says in words what it is, and where it stands on its page")
def figures(file):
    for each in file.elements:
        if each.S == "/Figure":
            if not str(each.get("/Alt", "")):
                yield "/Alt"
            box, page = [float(edge) for edge in each.A.BBox], each.Pg.MediaBox
            if not (0 < box[0] < box[2] < page[2] and 0 < box[1] < box[3] < page[3]):
                yield "/BBox"


@RULES("7.4 (14-002, 14-003, 14-006, 14-007)", "headings begin with H1 and leave out no level")
def headings(file):
    levels = [int(str(each.S)[2:]) for each in file.elements if str(each.S)[:2] == "/H"]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield f"{levels}"
    yield from (f"H{high} after H{low}" for low, high in pairwise(levels) if high > low + 1)


@RULES("7.10, 7.11 (20-001 to 21-001)", "no layers, and files say what they are called")
def files(file):
    if "/OCProperties" in file.root:
        yield "/OCProperties"
    yield from (
        "/F, /UF" for each in file.of_type("Filespec") if not {"/F", "/UF"} <= set(each.keys())
    )


@RULES("7.15, 7.16 (25-001, 26-001)", "no XFA, and no encryption that keeps aids out")
def no_xfa(file):
    if "/XFA" in file.root.AcroForm or "/Encrypt" in file.pdf.trailer:
        yield "/XFA, /Encrypt"


@RULES("7.17", "there is an outline, in which every item has a title")
def outline(file):
    items = [each for each in file.objects if "/Title" in each and "/Dest" in each]
    if not items or not all(str(each.Title) for each in items):
        yield "/Outlines"


@RULES("7.18.1 (28-002, 28-010, 28-011), 7.18.4, 7.18.5", "annotations stand in the structure")
def annotations_in_structure(file):
    parents = _parents(file)
    for each, page in file.annotations:
        if each.Subtype == "/Widget" and each not in file.seen_widgets:
            continue
        element = parents.get(int(each.get("/StructParent", -1)), Dictionary())
        wanted = {"/Link": "/Link", "/Widget": "/Form"}[str(each.Subtype)]
        refers = [kid for kid in kids(element) if not _number(kid) and "/Obj" in kid]
        if element.get("/S") != wanted or [kid.Obj.objgen for kid in refers] != [each.objgen]:
            yield str(each.get("/T", "link"))
        elif element.objgen not in {one.objgen for one in file.elements}:
            yield f"{each.get('/T', 'link')} outside of the tree"
        elif refers[0].Pg.objgen != page.objgen:
            yield f"{each.get('/T', 'link')} on another page"


@RULES("7.18.1 (28-004, 28-005), 7.18.5 (28-012)", "links and fields say in words what they are")
def annotations_in_words(file):
    parents = _parents(file)
    for each in file.widgets:
        if not str(each.get("/TU", "")):
            yield f"{each['/T']}: /TU"
    for each in file.seen_widgets:
        element = parents.get(int(each.get("/StructParent", -1)), Dictionary())
        if str(element.get("/Alt", "")) != str(each.get("/TU", "")):
            yield f"{each['/T']}: /Alt"
    for each, _ in file.annotations:
        if each.Subtype == "/Link" and not str(each.get("/Contents", "")):
            yield "link: /Contents"


@RULES("7.18.3 (28-008, 28-009)", "the tab key follows the structure")
def tabs(file):
    yield from {"/Tabs" for page in file.pages if page.get("/Tabs") != "/S"}


@RULES("7.20 (30-002)", "no content with tags of its own is drawn twice")
def drawn_once(file):
    drawn = Counter(
        str(operands[0])
        for content in file.page_contents
        for operands, operator in content.operations
        if operator == "Do"
    )
    if drawn:
        yield f"{drawn}"


def _parents(file: File) -> dict[int, Any]:
    """The parent tree: from /StructParents and /StructParent to elements."""
    listed = file.root.StructTreeRoot.ParentTree.Nums
    return {int(listed[place]): listed[place + 1] for place in range(0, len(listed), 2)}


def _number(kid: Any) -> bool:
    return isinstance(kid, int)
