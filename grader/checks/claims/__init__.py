"""Numbers that a student claims, against those that are known: in prose, in tables, and in a file of results.

    text ── passages ── numbers ── reading ── holding
            sentences   as they    whose it   right, wrong,
            and cells   are        is, and    or a person's
                        written    of what    to judge

A claim is a number with an owner, a sign and a quantity: "the LSTM's R2 is -0.12". Any other number is free.

Everything here is total: a text is cut to its bounds first, every pattern is bounded, nothing calls itself.
"""

from grader.checks.claims.holding import claims_hold
from grader.checks.claims.passages import sentences
from grader.checks.claims.reading import Claim, Topic, figures, read_claims
from grader.checks.claims.results import claims_match

__all__ = ["Claim", "Topic", "claims_hold", "claims_match", "figures", "read_claims", "sentences"]
