"""What runs on the student's side: a zygote that forks one fresh process per check, and what that process does.

Nothing here is trusted by the judge. This package and ``grader.wire`` are all of ours that enters the student's
container; it holds no test, no expected value and no secret.
"""
