"""report.html is one calm, self-contained page that teaches, whatever a student wrote."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
import report_samples as samples
from report_hostile import Page

from grader.report import to_html
from grader.report.html import TEMPLATES


PAGES = {name: to_html(make()) for name, make in samples.ALL.items()}


@pytest.fixture(params=PAGES)
def source(request):
    return PAGES[request.param]


def test_every_element_is_closed(source):
    assert Page(source).open == []


def test_a_page_holds_no_script_and_loads_nothing(source):
    for tag, attributes in Page(source).elements:
        assert tag not in (
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "input",
            "use",
            "image",
        )
        assert not [
            name
            for name in attributes
            if name.startswith("on") or name in ("style", "src", "srcset", "xlink:href")
        ]
        assert attributes.get("href", "#").startswith("#")
    assert "url(" not in source and "@import" not in source


def test_the_policy_allows_the_one_style_sheet_by_its_digest_and_nothing_else(source):
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', source)
    (css,) = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    digest = b64encode(sha256(css.encode()).digest()).decode()
    # Jinja escapes the quotes; an HTML parser gives them back.
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_ids_are_unique_and_links_lead_somewhere(source):
    elements = Page(source).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for _, a in elements if "href" in a} <= set(ids)
    assert {i for _, a in elements for i in a.get("aria-labelledby", "").split()} <= set(ids)


def test_the_attack_of_the_corpus_is_shown_as_text():
    text = Page(PAGES["hostile"]).text
    assert "\\x1b[31mPASSED" in text
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}{% raw %}" in text


def test_no_template_calls_anything_safe():
    for template in TEMPLATES.glob("*.j2"):
        assert "|safe" not in template.read_text().replace(" ", "")


def test_the_verdict_comes_first_with_what_it_follows_from():
    text = Page(PAGES["revise"]).text
    order = [
        "Week 6: an MLP from scratch",
        "✗ Revise",
        "3 of 15 checks failed, of 3 causes; 2 wait for them.",
        "What to look at",
        "Criteria",
        "What should hold",
        "every check",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_a_finding_is_reported_in_order():
    text = Page(PAGES["revise"]).text
    text = text[text.index("Criteria") :]
    finding = samples.MASK_MISSING
    order = [
        finding.headline, "Called", finding.call, "Yours", finding.yours, "Expected", finding.expected, "Where", "How many",
        finding.how_many, "How far off", finding.how_far, "Allowed", finding.allowed, "Diagnosis", finding.diagnosis, "Try first", finding.hint,
    ]  # fmt: skip
    places = []
    for words in order:
        places.append(text.index(words, places[-1] if places else 0))
    assert places == sorted(places)


def test_what_needs_attention_comes_before_what_holds():
    text = Page(PAGES["revise"]).text
    places = [
        text.index(words) for words in ("What should hold", "never a reason", samples.PROMISES["init.seeded"])
    ]
    assert places == sorted(places)


def test_passed_checks_are_folded_and_show_their_promise():
    source = PAGES["pass"]
    summaries = re.findall(r"<summary>(.*?)</summary>", source, re.DOTALL)
    # Each criterion's and each check's, and how it was graded.
    assert len(summaries) == len(samples.CRITERIA) + len(samples.PROMISES) + 1
    assert samples.PROMISES["init.seeded"] in summaries[2]
    assert "<details open" not in source


def test_one_cause_is_reported_once_with_what_it_explains_and_what_waits():
    text = Page(PAGES["flawed"]).text
    first = text[text.index("What to look at") : text.index("Criteria")]
    assert first.count("The mean over the batch is missing") == 1
    assert "explains 2 failures, 6 checks wait for it" in first
    assert "cell.py, line 31; explains 2 failures" in first
    places = [first.index(lab) for lab in ("lab1_mlp:", "lab2_cxr:", "lab3_lstm:")]
    assert places == sorted(places)


def test_a_reader_gets_from_each_cause_to_the_next():
    source = PAGES["flawed"]
    causes = re.findall(r'<li class="(?:bad|wait)"><span[^>]*>.</span><a href="#(check-\d+)"', source)
    assert len(causes) == 6
    assert re.findall(r'<a href="#(check-\d+)">next', source) == causes[1:]
    assert re.findall(r'<a href="#(check-\d+)">← previous', source) == causes[:-1]


def test_the_deadline_is_in_the_head():
    assert "due 27 Nov 2026, 18:00" in Page(PAGES["flawed"]).text.split("Criteria")[0]


def test_backticks_are_set_as_code_and_nothing_else_is():
    assert "Divide <code>P - Y</code> by the batch size" in PAGES["flawed"]
    assert "<code><script" not in to_html(samples.hostile("`<script>`"))


def test_a_label_stands_only_where_a_role_allows_it(source):
    for tag, attributes in Page(source).elements:
        if tag in ("span", "p", "div") and "aria-label" in attributes:
            assert attributes["role"] == "img"


def test_a_blocked_check_says_what_it_waits_for():
    assert (
        "Not run yet: gradients.b1 needs gradients.W1 , which has to pass first."
        in Page(PAGES["revise"]).text
    )


def test_a_criterion_that_only_waits_is_not_shown_as_something_to_mend():
    text = Page(PAGES["revise"]).text
    assert "… PyTorch port waits 0 of 1 check" in text
    assert "Not run yet: port.curve needs fit.curve" in text
    assert "port.curve" not in text[text.index("What to look at") : text.index("Criteria")]


def test_what_we_could_not_grade_is_our_fault_and_costs_nothing():
    text = Page(PAGES["ungraded"]).text
    assert "? Could not be graded Something failed on our side. It costs nothing" in text
    assert "We could not run this check. That is our fault: it costs nothing" in text
    assert "Our traceback" in text and "Your traceback" not in text


def test_a_local_run_says_that_it_did_not_protect():
    assert "This run did not protect the machine" in Page(PAGES["public"]).text
    assert "did not protect" not in Page(PAGES["pass"]).text


def test_a_public_pass_is_called_just_that():
    text = Page(PAGES["public"]).text
    assert "✓ Public checks pass" in text
    assert "the hidden checks decide on the grade" in text


def test_an_interrupted_run_says_so():
    assert "Interrupted What had been graded by then is shown" in Page(PAGES["ungraded"]).text


def test_advice_is_never_shown_as_a_failure():
    text = Page(PAGES["revise"]).text
    assert "Numerical stability advice worth a look 0 of 1 check" in text
    assert "It is never a reason to revise." in text


def test_a_check_that_left_no_result_is_shown_as_ours():
    record = samples.passed()
    record = samples.replace(record, checks=record.checks[1:])
    assert "init.finite" in Page(to_html(record)).text
