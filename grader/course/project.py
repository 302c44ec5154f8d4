"""Labs about the repository as a whole: whose code its tests are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.records import Assignment, Lab
    from grader.records import Mapping as Spelling


def with_tested(
    assignment: Assignment, mappings: Mapping[str, tuple[Spelling, ...]] | None = None
) -> Assignment:
    """The assignment with the files of its labs' modules named in the labs that are about all of them.

    Args:
        assignment: With all of its labs, and their folders as the repository has them.
        mappings: By lab: modules whose file is elsewhere.
    """
    named = {(lab, m.module): m.file for lab, found in (mappings or {}).items() for m in found}
    files = {
        named.get((lab.id, module.name), "/".join(filter(None, (lab.folder, module.file)))): None
        for lab in assignment.labs
        for module in lab.modules
    }

    def told(lab: Lab) -> Lab:
        return structs.replace(lab, tested=tuple(files)) if lab.project else lab

    return structs.replace(assignment, labs=tuple(told(lab) for lab in assignment.labs))
