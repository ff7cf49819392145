"""How the verdict stands up to mutated files: `python -m tests.fuzzing [--minutes 10]`.

It reports how many mutants of each kind were judged, which were accepted though they differ from
every honest file, which raised what no check foresaw (`failed`: rejected, but for no reason of its
own) or escaped (`uncaught`, `killed`), and the most processor time and memory that one took. It
ends with 1 where there is anything of these.

`--seed S --index I` makes one mutant again and says what became of it. Keys are new in each run, so
that a few bytes may come out otherwise; `--keep DIR` keeps what is reported, with the roots to
judge it by (`python -m pledges.proof`).
"""

import argparse
import json
import logging
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.fuzzing import mutants, pool
from tests.fuzzing.report import Report
from tests.fuzzing.trial import BATCH, tried


def main() -> int:
    options = _parser().parse_args()
    logging.disable(logging.WARNING)  # the library that makes the honest files warns of its options
    honest = pool.small() if options.small else pool.large()
    report = Report(honest, Path(options.keep) if options.keep else None)
    if options.index is not None:
        mutant = mutants.mutant(honest, options.seed, options.index)
        [found] = tried([mutant])
        report.add(mutant, found)
        print(json.dumps({"kind": mutant.kind, "base": mutant.base.name} | asdict(found), indent=2))
        return int(report.has_findings)
    end, index = time.monotonic() + 60 * options.minutes, 0
    while time.monotonic() < end:
        batch = [mutants.mutant(honest, options.seed, index + n) for n in range(BATCH)]
        for mutant, found in zip(batch, tried(batch), strict=True):
            report.add(mutant, found)
        index += BATCH
    print(json.dumps(report.as_json(), indent=2) if options.json else report.as_text())
    return int(report.has_findings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", type=int, help="make this one mutant and judge it")
    parser.add_argument("--small", action="store_true", help="without the built-in templates")
    parser.add_argument("--keep", metavar="DIR", help="write there what is reported")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main())
