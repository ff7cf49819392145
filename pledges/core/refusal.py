"""What every reason why an action did not happen has in common."""


class Refusal(Exception):
    """An action was refused and nothing changed; `kind` names why, for messages and logs."""

    kind = "refused"
