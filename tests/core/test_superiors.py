"""Who stands above whom: heads, vacant posts, heads of their own department, circles."""

from hypothesis import given
from hypothesis import strategies as st

from pledges.core import superiors
from pledges.core.superiors import Node

#   1 (100)  — 2 (200) — 4 (no head)
#            — 3 (200 as well)
TREE = {1: Node(None, 100), 2: Node(1, 200), 3: Node(1, 200), 4: Node(2, None)}


def test_the_superior_is_the_head_or_the_next_one_above():
    asked = {(7, 2): 200, (7, 4): 200, (200, 2): 100, (200, 4): 100, (100, 1): None, (7, 9): None}
    assert {each: superiors.superior_of(*each, TREE) for each in asked} == asked


def test_what_is_below_counts_a_department_itself():
    assert superiors.below(2, TREE) == {2, 4}
    assert superiors.below(1, TREE) == {1, 2, 3, 4}
    assert superiors.headed_by(200, TREE) == {2, 3, 4}
    assert superiors.headed_by(7, TREE) == frozenset()


def test_a_circle_is_seen_before_it_is_made():
    moves = {(1, 4): True, (1, 1): True, (2, 3): False, (4, None): False, (2, 4): True}
    assert {each: superiors.makes_circle(*each, TREE) for each in moves} == moves


def test_departments_stand_below_the_one_above_them():
    names = {1: "总部", 2: "乙", 3: "甲", 4: "丙"}
    assert superiors.in_order(TREE, names) == [(1, 0), (2, 1), (4, 2), (3, 1)]


def test_a_chain_of_thousands_is_put_in_order():
    chain = {key: Node(key - 1 or None) for key in range(1, 3001)}
    assert superiors.in_order(chain, dict.fromkeys(chain, "部门"))[-1] == (3000, 2999)


trees = st.dictionaries(
    st.integers(1, 8),
    st.builds(Node, st.none() | st.integers(1, 8), st.none() | st.integers(100, 104)),
)


@given(trees, st.integers(1, 8), st.integers(100, 104))
def test_whatever_the_tree_nobody_is_above_themselves_and_it_ends(tree, department, person):
    assert superiors.superior_of(person, department, tree) != person
    names = {key: str(key) for key in tree}
    assert sorted(key for key, _depth in superiors.in_order(tree, names)) == sorted(tree)
    for key, below in superiors.below_each(tree).items():
        assert key in below
