"""No file, whoever sends it, costs a judge more than a little time and memory.

Measured as the benchmark does, by the processor's time and the resident memory of a process that
judges this one file: how long it takes by the clock depends on what else a machine does.
"""

import pytest

from benchmarks import verify
from benchmarks.pledge_files import keep
from tests.attacks.bombs import BOMBS
from tests.attacks.honest import honest


@pytest.mark.parametrize("bomb", BOMBS, ids=str)
def test_a_bomb_is_rejected_before_it_goes_off(bomb, tmp_path):
    made = honest()
    by = made.stamped if bomb.base == "lta" else made.basic
    cost = verify.verdict(keep(tmp_path, "bomb", bomb.make(made), by), rounds=1)
    assert cost.said.startswith("rejected")
    assert cost.cpu <= verify.MAX_RUN
    assert cost.peak <= verify.MAX_PEAK


def test_bombs_are_small_and_many():
    assert len(BOMBS) >= 12
    made = honest()
    sizes = {bomb.name: len(bomb.make(made)) for bomb in BOMBS}
    assert sizes["index that leads back"] == 315
    assert sizes["objects that all begin at one array"] < 10_000
    assert sizes["array of a million"] < 3_000
    assert max(sizes.values()) <= 20 * 1024 * 1024


def test_the_benchmark_accepts_what_is_honest(tmp_path):
    """Else it would measure how quickly a file is refused."""
    made = honest()
    cost = verify.verdict(keep(tmp_path, "honest", made.finished, made.basic), rounds=1)
    assert cost.said == "accepted"
