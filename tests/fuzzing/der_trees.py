"""Mutations of a signature's or token's DER: elements dropped, doubled, exchanged, mislabelled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from pledges.proof.signatures import der

Change = Callable[["Node", "Node", Random], None]
TREES: dict[str, Change] = {}
"""Mutations of one node of a tree, with one of any honest tree at hand."""

_SHOWN_INSIDE = (der.OCTET_STRING,)


@dataclass
class Node:
    """One element; `written` where its bytes are not those of DER."""

    tag: int
    content: bytes = b""
    children: "list[Node]" = field(default_factory=list)
    written: Callable[[bytes], bytes] | None = None

    def encoded(self) -> bytes:
        inside = b"".join(child.encoded() for child in self.children) if self.children else None
        content = self.content if inside is None else inside
        return self.written(content) if self.written else der.write(self.tag, content)

    def all(self) -> "list[Node]":
        return [self, *(each for child in self.children for each in child.all())]


def tree(data: bytes) -> Node:
    """The elements of `data`, those in octet strings too where they are some."""
    element = der.first(data)
    node = Node(element.tag, element.content)
    if element.tag & der.CONSTRUCTED or element.tag in _SHOWN_INSIDE:
        node.children = _inside(element.content)
    return node


def _inside(content: bytes) -> list[Node]:
    found, place = [], 0
    try:
        while place < len(content):
            element = der.first(content, place)
            found.append(tree(element.encoded))
            place += len(element.encoded)
    except ValueError:
        return []
    return found


def _enter(change: Change) -> Change:
    TREES[change.__name__.replace("_", "-")] = change
    return change


@_enter
def child_dropped(node: Node, _other: Node, chance: Random) -> None:
    if node.children:
        del node.children[chance.randrange(len(node.children))]
    node.content = b""


@_enter
def child_doubled(node: Node, _other: Node, chance: Random) -> None:
    if node.children:
        child = chance.choice(node.children)
        more = [child] * chance.choice((1, 1, 2, 200))
        node.children[chance.randint(0, len(node.children)) : 0] = more
    else:
        node.content *= 2


@_enter
def children_exchanged(node: Node, _other: Node, chance: Random) -> None:
    chance.shuffle(node.children)
    node.content = node.content[::-1]


@_enter
def replaced_by_another(node: Node, other: Node, _chance: Random) -> None:
    node.tag, node.content, node.children = other.tag, other.content, list(other.children)


@_enter
def another_added(node: Node, other: Node, chance: Random) -> None:
    node.children.insert(chance.randint(0, len(node.children)), other)


@_enter
def tag_changed(node: Node, _other: Node, chance: Random) -> None:
    node.tag = chance.choice((node.tag ^ der.CONSTRUCTED, node.tag + 1, 0xA0, 0xA1, 0x1F, 5, 0))
    node.tag &= 0xFF


@_enter
def content_changed(node: Node, _other: Node, chance: Random) -> None:
    size = chance.choice((0, 1, len(node.content), 300))
    node.content = chance.choice((chance.randbytes(size), b"\xff" * size, bytes(size)))
    node.children = []


@_enter
def content_nudged(node: Node, _other: Node, chance: Random) -> None:
    """One bit of one primitive element, or a nought ahead of it."""
    inner = chance.choice([each for each in node.all() if not each.children])
    if not inner.content or chance.random() < 0.2:
        inner.content = b"\0" + inner.content
        return
    changed = bytearray(inner.content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    inner.content = bytes(changed)


@_enter
def length_written_otherwise(node: Node, _other: Node, chance: Random) -> None:
    """Longer than needed, without end, or of more than there is."""
    tag = bytes([node.tag])
    node.written = chance.choice(
        (
            lambda content: tag + b"\x84" + len(content).to_bytes(4, "big") + content,
            lambda content: tag + b"\x80" + content + b"\0\0",
            lambda content: tag + b"\x84\x7f\xff\xff\xff" + content,
            lambda content: tag + b"\xff" + content,
            lambda content: der.write(node.tag, content + b"\0")[:-1],
        )
    )


@_enter
def nested_deeply(node: Node, _other: Node, chance: Random) -> None:
    content = node.encoded()
    for _ in range(chance.choice((20, 40, 1_500))):
        content = der.sequence(content)
    node.written = lambda _content: content
