"""The submission stage: an address and a ref become the regular files of one commit.

opening      which kind of address it is            address   what was typed, without credentials
fetch        one commit into a repository of ours   checkout  a student's `.git`, never entered
objects      its listing and its blobs              folder    a folder that is no repository
choice       which files are wanted
git          running git within limits              settings  what git may know and do
failures     what git's last words mean             refs      branches, tags, commits
layout       near misses of files that are missing  names     what students call files
forge        what the host says of a commit         notebook  a notebook without its pictures
"""

from grader.submission.address import clean_url, parse, repository_name
from grader.submission.choice import Wanted
from grader.submission.forge import commit_status
from grader.submission.layout import Missing, missing_files
from grader.submission.limits import FetchLimits
from grader.submission.names import shown
from grader.submission.notebook import slim
from grader.submission.opening import open_repository
from grader.submission.repository import Repository

__all__ = [
    "FetchLimits",
    "Missing",
    "Repository",
    "Wanted",
    "clean_url",
    "commit_status",
    "missing_files",
    "open_repository",
    "parse",
    "repository_name",
    "shown",
    "slim",
]
