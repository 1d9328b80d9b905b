"""What another side says holds no secret, whatever it says and wherever it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import AnswerClass
from bot.domain.cleaning import READ_MAX_CHARS, cleaned, without_key
from bot.domain.observation import canary_result, happened_and_said, one_line
from bot.domain.probe import ProbeKind
from bot.integrations.key_reading import read_key
from tests.builders import NIGHT, a_result
from tests.fakes.ideogram import an_exchange

SECRET = "sk/live.7Q"  # of characters that no pattern takes for a token
KEY = read_key(SECRET, "secret ideogram-secrets")
LONG = "Zx9_" + "aB3-" * 12


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Key {SECRET} is not valid.", "Key … is not valid."),
        (f"token {LONG} expired", "token … expired"),
        ("no 8f14e45f-ceea-467f-a8d5-0242ac120002 here", "no … here"),
        ("ask ana.b@example.com, please", "ask …, please"),
        ("see https://x.example/a.png?exp=1&sig=ab now", "see https://x.example/a.png?… now"),
        ("at https://ana:pw@x.example/a", "at https://…@x.example/a"),
        ("sent Bearer ab12.cd to them", "sent Bearer … to them"),
        ("kubectl set env X_API_KEY=hush --record", "kubectl set env X_API_KEY=… --record"),
        ("Api-Key: abc12345, retry", "Api-Key: …, retry"),
        ('bad {"token": "hush"}', 'bad {"token": "…"}'),
        ("xoxb-1-2 is revoked", "… is revoked"),
        ("password: hunterhunter is old", "password: … is old"),
        ("password:  hunterhunter is old", "password:  … is old"),
        ('password: "hunter hunter" is old', "password: … is old"),
        ("passwd=hunterhunter is old", "passwd=… is old"),
        ("at postgres://ana:p#s?s@db/x", "at postgres://…@db/x"),
        ("at https://ana:p@ss@x.example/a", "at https://…@x.example/a"),
        ("got c2VjcmV0/a2V5IHdpdGg/c2xhc2hlcw4+Lw== there", "got … there"),
    ],
)
def test_a_secret_is_cut_out_of_the_words(said, shown):
    assert cleaned(said, KEY) == shown


@pytest.mark.parametrize(
    "said",
    [
        "Access denied. Please verify your API Token is valid.",
        "priority_credit_required",
        "is it up? yes",
        'ReplicaSet "ideogram-service-7d4f8b9c6" has timed out progressing.',
        "CreateContainerConfigError",
        "IDEOGRAM_CONCURRENCY_PER_POD",
        "unknown metric ideogram_generation_duration_seconds_bucket",
        "Invalid token: expired",
        "image platform/services/images/ideogram-service:2.8.1-RC1",
        "POST /v1/ideogram-v3/generate and /v2/image/generate/ideogram-4-5",
    ],
)
def test_words_that_help_stay(said):
    assert cleaned(said, KEY) == said


def test_no_half_of_a_key_is_left_where_the_text_ends():
    said = "https://x.example/?" + "a" * (READ_MAX_CHARS - 30) + " " + LONG + " more"

    assert cleaned(said, KEY) == "https://x.example/?… …"


def test_no_half_of_a_key_is_left_where_the_line_ends():
    assert one_line("word " * 15 + SECRET, KEY).endswith("word …")


def test_a_key_too_short_to_be_one_cuts_no_words():
    assert cleaned("broken", read_key("k", "s")) == "broken"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 429, 500, 503])
@pytest.mark.parametrize("name", ["error", "message", "detail", "reject_reason"])
def test_a_repeated_key_is_in_no_part_of_a_canary(status, name):
    seen = an_exchange(status, {name: f"{SECRET} was refused"})

    result = canary_result(ProbeKind.GENERATE_V3, seen, key=KEY, price=1, at=NIGHT)

    assert isinstance(result.answer, AnswerClass)
    assert "… was refused" in result.detail
    assert SECRET not in repr(result)
    assert SECRET not in happened_and_said(seen, KEY)


def test_what_knows_the_key_and_was_asked_without_it_cannot_show_it():
    result = a_result(
        detail=f"says {SECRET}", excerpt=f"[{SECRET}]", facts={"image": SECRET, "ready": 3}
    )

    found = without_key(result, KEY)

    assert (found.detail, found.excerpt) == ("says …", "[…]")
    assert found.facts == {"image": "…", "ready": 3}
    assert without_key(result, None) is result


@given(st.text() | st.text(alphabet="keytoken =:\\\"'?@.-_aB3/"))
def test_no_text_around_a_key_saves_it(said):
    assert SECRET not in cleaned(f"{said} {SECRET} {said}", KEY)
