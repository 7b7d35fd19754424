"""When an upload begins anew in its journal: to replace what is there, or to send it again.

A run that was cut goes on with the same generation, whether or not it is asked for it again.
"""

from cvat_sam.client.task import Job
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.exceptions import InvalidTask

REPLACE, AGAIN = "replace", "again"


def begin_generation(journal: Journal, *, job: Job | None, replace: bool, again: bool) -> bool:
    """Begin a new generation where that is asked for, and not under way.

    Args:
        journal: in a transaction.
        job: what is uploaded into another stays as it is.
        replace: the masks of the generations before are to be deleted.
        again: they stay.

    Returns:
        whether nothing that is planned now can be in the journal.

    Raises:
        InvalidTask: there is nothing to replace.
    """
    wanted = REPLACE if replace else AGAIN if again else ""
    if not wanted or journal.fact("begun") == wanted:
        return journal.is_new()
    journal.begin_generation(None if job is None else job.frames)
    if replace and not journal.replaced():
        where = "this task" if job is None else f"job {job.id}"
        raise InvalidTask(
            f"the journal {journal.path} knows of no earlier upload of these sources into {where}, "
            "so there is nothing of ours to replace"
        )
    journal.note(begun=wanted)
    return True


def end_generation(journal: Journal) -> None:
    """All of it is stored."""
    journal.note(begun="")
