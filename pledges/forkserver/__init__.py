"""Jobs in child processes under limits: a fork server for each one's own, a pool for many.

Standard library alone. `server` forks a child for each job (`child`), under limits that it cannot
lift; `pool` hands jobs to a few workers that live on (`worker`), from a queue (`queueing`).
`client` asks either, over the socket of `sockets`. What the jobs are is the business of whoever
serves them.

    Unanswered
    ├── Unavailable    nobody listens, or whoever did went away
    ├── Busy           as many jobs as may run at a time are running
    ├── Unfinished     there is no answer yet, and who asked waits no longer
    ├── TooCostly      the job exceeded a limit
    └── Died           the job failed in any other way
"""


class Unanswered(Exception):
    """A job that was asked for has no answer."""


class Unavailable(Unanswered):
    """There is no server to be reached, or it went away."""


class Busy(Unanswered):
    """As many jobs as may run at a time are running; try again in a few seconds."""


class Unfinished(Unanswered):
    """There is no answer yet, and who asked waits no longer; the pool goes on with it."""


class TooCostly(Unanswered):
    """The job exceeded a limit of time or memory."""


class Died(Unanswered):
    """The job's process failed, or was killed by somebody else."""
