"""A fork server: each job runs in a child process of its own, under limits that it cannot lift.

Standard library alone. `child` runs one job, `server` many for others on this machine, `client`
asks it, over the socket of `sockets`. What the jobs are is the business of whoever serves them.

    Unanswered
    ├── Unavailable    nobody listens, or whoever did went away
    ├── Busy           as many jobs as may run at a time are running
    ├── TooCostly      the job exceeded a limit
    └── Died           the job failed in any other way
"""


class Unanswered(Exception):
    """A job that was asked for has no answer."""


class Unavailable(Unanswered):
    """There is no server to be reached, or it went away."""


class Busy(Unanswered):
    """As many jobs as may run at a time are running; try again in a few seconds."""


class TooCostly(Unanswered):
    """The job exceeded a limit of time or memory."""


class Died(Unanswered):
    """The job's process failed, or was killed by somebody else."""
