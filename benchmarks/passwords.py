"""How long a new password is judged, at worst: what somebody could send to keep a process busy."""

import random
import time
from collections.abc import Callable

LONG = 512
SIGNS = "4@8({[<3691!|$05+7%2"

MAKERS: dict[str, Callable[[random.Random], str]] = {
    "letters, digits, signs": lambda r: "".join(r.choices("abcdefghijkmnpqrst2345!@#$", k=LONG)),
    "signs read as letters": lambda r: (SIGNS * LONG)[:LONG],
    "the same, shuffled": lambda r: "".join(r.choices(SIGNS, k=LONG)),
    "one character": lambda r: "a" * LONG,
    "one word": lambda r: ("zhangweiliming" * LONG)[:LONG],
    "digits": lambda r: "".join(r.choices("0123456789", k=LONG)),
    "repeats in repeats": lambda r: "".join("a" * n + "b" for n in range(1, 40))[:LONG],
}


def main() -> None:
    from pledges.gateways import password_strength, pinyin

    known, chance = tuple(pinyin.words()), random.Random(1)
    password_strength.estimate("warming up", known)
    print(f"{'a password of 512 characters':32}{'cpu ms':>8}")
    for name, make in MAKERS.items():
        made = [make(chance) for _time in range(5)]
        before = time.process_time()
        for each in made:
            password_strength.estimate(each, known)
        print(f"{name:32}{(time.process_time() - before) / len(made) * 1000:>8.0f}")


if __name__ == "__main__":
    main()
