"""What the card of a triage says of what people said, asked and remember."""

from datetime import timedelta

import pytest

from bot.domain.beside import Beside
from bot.domain.diagnosis import Cause, Origin
from bot.domain.history import Earlier
from bot.domain.ids import IncidentId
from bot.domain.message import Answer, AnswerKind
from bot.domain.mitigation import EnvChange, MitigationKind
from bot.domain.person import Sight, Witness
from bot.domain.quality import Comparison, SettingChange, SettingNow
from bot.domain.severity import Severity
from bot.domain.timeline import EventKind
from tests.builders import ANA, NIGHT
from tests.sayings import HOSTILE, WELL, WORDS, a_card, a_diagnosis, a_line

AT = "<!date^1795143840^{time}|03:04 UTC>"
CHANGE = SettingChange(EnvChange("IDEOGRAM_STYLE", "AUTO", None), 15, NIGHT, "new style", "app:2")


def said(sight, severity, cause=Cause.UNDETERMINED, **beside):
    """Word a card without measurements about which a person said something."""
    diagnosis = a_diagnosis(cause, severity, origin=None)
    person = Witness(sight, ANA, NIGHT)
    card = a_card(results=(), diagnosis=diagnosis, beside=Beside(person=person, **beside))
    return WORDS.wording(card)


def test_users_who_fail_by_a_persons_word_hurt_and_the_person_is_named():
    wording = said(Sight.FAILING, Severity.P1)

    assert wording.header == "Cannot judge · users are failing"
    assert wording.lead.startswith("*What would decide could not be measured; users are failing.*")
    assert f"*Hurts*  users are failing, says <@U0ANA> {AT}" in wording.rows


def test_users_who_are_fine_by_a_persons_word_work():
    wording = said(Sight.FINE, Severity.P4)

    assert wording.header == "Cannot judge · users are fine"
    assert wording.rows[0] == f"*Works*  users are fine, says <@U0ANA> {AT}"


@pytest.mark.parametrize(
    ("sight", "severity", "says"),
    [
        (Sight.FAILING, Severity.P1, "*Users are failing. Do now:"),
        (Sight.FINE, Severity.P4, "*Users are fine. Do now:"),
    ],
)
def test_the_first_sentence_says_what_users_get(sight, severity, says):
    wording = said(sight, severity, Cause.OWN_NETWORK)

    assert wording.lead.startswith(says)


def looks_bad(comparison):
    """Word a card of pictures that look bad."""
    person = Witness(Sight.LOOKS_BAD, ANA, NIGHT)
    diagnosis = a_diagnosis(Cause.QUALITY, Severity.P2, origin=Origin.US)
    beside = Beside(person=person, quality=comparison)
    return WORDS.wording(a_card(diagnosis=diagnosis, beside=beside, results=WELL))


def test_a_changed_variable_is_told_with_its_deploy():
    comparison = Comparison((SettingNow("IDEOGRAM_STYLE", None),), (CHANGE,), 4)

    wording = looks_bad(comparison)

    assert wording.header == "P2 · Pictures look bad, though generation works"
    assert wording.lead.startswith("*Users get pictures that look bad. Do now:")
    assert (
        "*Changed*  IDEOGRAM_STYLE AUTO → unset in revision 15,"
        " <!date^1795143840^{date_short_pretty} {time}|2026-11-20 03:04 UTC>,"
        " “new style”, image app:2"
    ) in wording.rows
    assert "*Now*  IDEOGRAM_STYLE unset" in wording.rows


def test_no_difference_is_said():
    wording = looks_bad(Comparison((SettingNow("IDEOGRAM_STYLE", "AUTO"),), (), 4))

    (row,) = [one for one in wording.rows if one.startswith("*Changed*")]
    assert row.startswith("*Changed*  none of these in the 4 deploys that the cluster keeps")


def test_a_return_and_hidden_values_are_said():
    back = SettingChange(CHANGE.change, 16, None, "", "")

    wording = looks_bad(Comparison((), (back,), 4, ("IDEOGRAM_MODEL",)))

    assert "*Changed*  IDEOGRAM_STYLE AUTO → unset in revision 16, a return to an older one" in (
        wording.rows
    )
    assert "*Not seen*  IDEOGRAM_MODEL: the value may stand elsewhere" in wording.rows


def test_what_could_not_be_compared_says_why():
    assert "*Not compared*  no cluster" in looks_bad(Comparison(why_not="no cluster")).rows


def test_foreign_words_in_a_comparison_stay_text():
    change = SettingChange(EnvChange(HOSTILE, HOSTILE, HOSTILE), 1, NIGHT, HOSTILE, HOSTILE)
    rows = looks_bad(Comparison((SettingNow(HOSTILE, HOSTILE),), (change,), 2, (HOSTILE,))).rows

    assert not [row for row in rows if "<!channel>" in row]


WINS = Earlier(
    IncidentId(17),
    timedelta(days=12),
    lasted=timedelta(minutes=36),
    helped=MitigationKind.ENABLE_FALLBACK,
    took=timedelta(seconds=47),
)


@pytest.mark.parametrize(
    ("earlier", "says"),
    [
        (WINS, "INC-17, what helped: Enable Fallback in 47 s"),
        (
            Earlier(IncidentId(17), timedelta(days=12), timedelta(minutes=36)),
            "INC-17, over after 36 min, no button helped",
        ),
        (Earlier(IncidentId(17), timedelta(days=12)), "INC-17, no button helped"),
    ],
    ids=["helped", "by itself", "unknown"],
)
def test_the_same_trouble_before_is_one_row(earlier, says):
    rows = WORDS.wording(a_card(beside=Beside(earlier=earlier))).rows

    assert f"*Before*  same as 12 days ago: {says}" in rows


def test_a_look_of_a_person_stands_on_the_timeline_in_words():
    line = a_line(kind=EventKind.PERSON_SAW, facts={"sight": "failing", "cause": "undetermined"})

    (row,) = WORDS.wording(Answer(AnswerKind.TIMELINE, lines=(line,))).rows

    assert "A person looked: users are failing · undetermined · <@U0ANA>" in row
