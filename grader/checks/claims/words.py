"""What words beside a number say of it: that it is free, that it compares, that it belongs to a quantity."""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """A pattern for one of these words; a dot stands for a space or a hyphen."""
    return "|".join(words.split())


OTHER = re.compile(
    r"\b(?:"
    + _any(
        r"""
        price.?levels? levels? in.sample validation train(?:ing)? fitted would could should might may if unless
        had thresholds? limits? above below better.than less.than more.than at.least at.most up.to exceeds?
        target difference gap falls?.by drops?.by drop.of fall.of loss.of loses lost gains? by improve\w*
        points? seeds? epochs? runs? earlier previous before first.attempt paper literature authors? et.al
        expect\w* range between interval confidence ci bootstrap standard.(?:error|deviation)s? std ticker stock
        asset per.asset each best worst median average averaged random chance coin guess\w* perfect
        rule.of.thumb ablation without after balanced reversed? masked cropped subset pooled both.hospitals
        combined overall among conditional\w* given zero.forecast vs\.?.zero against.zero leak\w* look.ahead
        shuffl\w*
        """
    )
    + r")\b|±",
    re.IGNORECASE,
)
"""Where a number may be true though it is none of the results: another run, a limit, a difference, a part."""

FREE_BEFORE = re.compile(
    r"(?:"
    + _any(
        r"""
        learning.rate \blr \brate dropout decay momentum clip\w* thresholds? below above than least most \bp
        alpha α level quantile ± significance split share version python torch numpy seed within interval
        between accuracy sensitivity specificity precision recall f1 \bmae mape loss correlation hit.rate sharpe
        shift volatility drift evidence prevalence factor temperature β\d? beta\d? \beps\w* ε
        critical\w*(?:.values?)? \bci \[
        """
    )
    + r")\s{0,2}(?:was|is|of|at|to|about){0,2}[\s=:<>≤≥≈(~]{0,4}[-+\d.,%\s]{0,12}$",
    re.IGNORECASE,
)
"""Right before a number that is a setting, a limit, or a quantity of its own."""

FREE_AFTER = re.compile(
    r"^\s{0,2}\)?-?\s?(?:(?:of (?:the |all )?)?(?:"
    + _any(
        r"""
        days? data units? epochs? levels? confidence intervals? ci seconds? words films? patients?
        for.(?:training|testing|validation) train\w* test.(?:days|set|split|share) significance quantile
        critical times × x\b standard sd σ sigma pages hours minutes dropout threshold \]
        """
    )
    + r"))",
    re.IGNORECASE,
)
"""Right behind such a number."""

LINK = re.compile(
    r"(?:\b(?:"
    + _any(
        r"""
        of is was are were be about only just at the for from to reach(?:es|ed)? has had have gets? got comes?
        came stands? equals? an? roughly around approximately nearly almost exactly value score scores and with
        its our on in test days? out.of.sample oos model network forecasts? predictor baseline respectively
        while whereas but even against vs versus compared by contrast same that this which turns? out measured
        obtain\w* achiev\w* show\w* negative positive minus plus hospitals? films set data new up down then also
        there here statistics? iterated under curve \(?auc\)? area roc ours it remains? stays? falls? drops?
        rises?
        """
    )
    + r")\b|[\s,:=≈~()\-\u2013\u2014\u2019's/|.\"\u201c\u201d])*",
    re.IGNORECASE,
)
"""All that may stand between a quantity and its number, owners and other numbers apart."""

_MORE = "larger|higher|greater|bigger|more|worse|above|increase"
_LESS = "smaller|lower|less|better|below|fewer|reduction|decrease"
THAN = re.compile(rf"^[\s)]{{0,3}}(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b", re.IGNORECASE)
"""Behind a number that compares: 8 % larger."""
BY = re.compile(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b[^.;]{{0,40}}\bby (?:about |roughly |some )?$",
    re.IGNORECASE,
)
"""Before one: larger by 8 %."""

AGAINST = re.compile(
    r"\b(?:vs|against|versus|over|minus|than|relative to|compared (?:to|with))\b", re.IGNORECASE
)
"""Between two who are compared."""
BEHIND = re.compile(r"^[\s(]{0,3}(?:for|of|by|with|at|from|in|on|\()?\s?(?:the|our|an?)?\s?$", re.IGNORECASE)
"""Between a number and its owner: 0.0043 for the LSTM."""
BESIDE = re.compile(r"\s?\(?(?:in |of )?\s?")
"""Between a number and its quantity: 0.97 AUROC."""
SCALE = re.compile(
    r"(?:[×x·*]\s?)?10\s?\^\s?(?P<power>-?\d)|(?:[×x·*]\s?)?\b1[eE](?P<short>-?\d)|[×x·*]\s?(?P<zeros>10{1,6})\b"
    r"|(?P<percent>%|per ?cent)"
)
"""A heading's units: ×10^-3, 1e-3, x1000, %."""
SOMEBODY = re.compile(r"\b(?:its?|their|they|this|that)\b", re.IGNORECASE)
"""Stands for an owner of a sentence before."""
NEGATIVE = re.compile(r"\b(?:negative|minus|below (?:zero|0)|under (?:zero|0)|loses?|worse)\b", re.IGNORECASE)
"""Says a minus in words."""
