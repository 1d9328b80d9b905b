"""What a person's word changes in a verdict, and what it does not."""

from dataclasses import replace

import pytest

from bot.domain.diagnose import diagnose
from bot.domain.diagnosis import Cause, Mode
from bot.domain.health import HealthState
from bot.domain.person import Sight, Witness
from bot.domain.probe import Outcome
from bot.domain.severity import Severity
from tests.builders import ANA, NIGHT
from tests.domain.measured import all_well, connectivity, cut_off, health, v3, workload

UNSEEN = health(HealthState.UNKNOWN)
NO_WAY_OUT = connectivity(Outcome.UNHEALTHY)
BLIND = {
    "undetermined": (all_well(v3(None), UNSEEN), Cause.UNDETERMINED),
    "own-network": (cut_off(NO_WAY_OUT, UNSEEN), Cause.OWN_NETWORK),
}


def told(seen, sight):
    return diagnose(replace(seen, person=Witness(sight, ANA, NIGHT)))


@pytest.mark.parametrize(("seen", "cause"), BLIND.values(), ids=BLIND.keys())
@pytest.mark.parametrize(
    ("sight", "severity"), [(Sight.FAILING, Severity.P1), (Sight.FINE, Severity.P4)]
)
def test_where_nobody_can_look_a_person_decides_how_bad_it_is(seen, cause, sight, severity):
    diagnosis = told(seen, sight)

    assert (diagnosis.cause, diagnosis.severity) == (cause, severity)


def test_users_who_fail_by_a_persons_word_accuse_nobody():
    diagnosis = told(all_well(v3(None)), Sight.FAILING)

    assert (diagnosis.cause, diagnosis.severity) == (Cause.UNDETERMINED, Severity.P1)
    assert diagnosis.contradictions == ("a person saw users fail, measurements see them fine",)


def test_a_person_never_clears_what_was_measured():
    diagnosis = told(cut_off(NO_WAY_OUT, health(HealthState.DOWN)), Sight.FINE)

    assert diagnosis.severity is Severity.P1
    assert diagnosis.contradictions == ("a person saw users fine, measurements see them fail",)


def test_what_to_do_follows_the_answer():
    seen = BLIND["undetermined"][0]

    first = [told(seen, sight).steps[0].text for sight in (Sight.FAILING, Sight.FINE)]

    assert first == [
        "Declare an incident: users fail",
        "Grant or fix what could not be looked at: no key",
    ]


@pytest.mark.parametrize("mode", Mode)
def test_pictures_that_look_bad_are_ours_when_every_call_works(mode):
    diagnosis = told(all_well(mode=mode), Sight.LOOKS_BAD)

    assert (diagnosis.cause, diagnosis.severity) == (Cause.QUALITY, Severity.P2)
    assert diagnosis.evidence


def test_pictures_that_look_bad_are_no_verdict_while_a_call_fails():
    broken = v3(None), workload()

    assert told(all_well(*broken), Sight.LOOKS_BAD).cause is Cause.UNDETERMINED
