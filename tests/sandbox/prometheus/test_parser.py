"""What is no expression, or more than the pretend Prometheus knows, is refused in words."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.prometheus.lexer import BadQueryError
from bot.sandbox.prometheus.operators import CannotEvaluateError
from bot.sandbox.prometheus.parser import parse
from tests.sandbox.prometheus.samples import a_store, ask, series

STORE = a_store(series("up", [1, 2], job="a"), series("up", [3, 4], job="b"))
TOKENS = """up rate increase sum by without ( ) { } [ ] , = =~ != == > bool + - * / or and unless
"a" "(" 5m 1s 0 1e9 NaN Inf job vector timestamp time histogram_quantile offset on ^ :"""
WORDS = st.sampled_from(TOKENS.split())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "parse error"),
        ("sum((", "parse error"),
        ("up up", "parse error"),
        ("up{job=1}", "expected a text"),
        ("up{job}", "label matching operator"),
        ("up[1x]", "parse error"),
        ("up[0s]", "greater than 0"),
        ("up[1s1m]", "duration"),
        ("{}", "non-empty matcher"),
        ('{job=~".*"}', "non-empty matcher"),
        ('up{job=~"("}', "regular expression"),
        ("rate(up)", "got instant vector"),
        ("sum(up[1m])", "got range vector"),
        ("vector(up)", "got instant vector"),
        ("rate()", "expected 1 argument"),
        ('"a" + 1', "operands"),
        ("1 > 2", "BOOL"),
        ("1 or 2", "set operator"),
        ("é", "unexpected"),
        ("sum by (1) (up)", "expected a name"),
        ("or", "parse error"),
    ],
)
def test_a_wrong_expression_says_what_is_wrong(query, words):
    with pytest.raises(BadQueryError, match=words):
        parse(query)


@pytest.mark.parametrize(
    "query",
    [
        "up offset 5m",
        "up @ 1",
        "topk(1, up)",
        "abs(up)",
        "up % 2",
        "2 ^ 3",
        "up * on (job) up",
        "(up)[5m]",
        "sum(up)[5m:1m]",
        "up[5m:1m]",
        r'"\x41"',
        "(" * 60 + "1" + ")" * 60,
    ],
)
def test_what_is_not_supported_says_so(query):
    with pytest.raises(BadQueryError, match="not supported by this pretend Prometheus"):
        parse(query)


def _answered(query):
    with contextlib.suppress(BadQueryError, CannotEvaluateError):
        ask(STORE, query)


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_any_words_get_an_answer_or_a_refusal(query):
    _answered(query)


@given(st.text(max_size=60) | st.text("up{}[]()=~\"'`\\#-+.0159eEmsy:,", max_size=60))
def test_any_text_gets_an_answer_or_a_refusal(query):
    _answered(query)
