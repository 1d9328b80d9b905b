"""Which deploy changed what decides how pictures look."""

from datetime import timedelta

import pytest

from bot.domain.mitigation import EnvChange
from bot.domain.quality import HIDDEN, SettingNow, compared
from bot.domain.workload import EnvVar, Revision
from tests.builders import NIGHT
from tests.fakes.cluster_objects import a_container

NAMES = ("IDEOGRAM_MODEL", "IDEOGRAM_STYLE")


def revision(number, hours_ago, cause="", image="app:1", **env):
    """Build a deploy; a variable without a value comes from a reference."""
    variables = tuple(EnvVar(name, value, value is None) for name, value in env.items())
    made_at = NIGHT - timedelta(hours=hours_ago)
    return Revision(number, made_at, cause, image, 1, variables)


NOW = a_container(IDEOGRAM_MODEL="V_3", IDEOGRAM_STYLE="REALISTIC")
NEW = revision(3, 1, IDEOGRAM_MODEL="V_3", IDEOGRAM_STYLE="REALISTIC")
STYLED = revision(2, 5, "new style", "app:2", IDEOGRAM_MODEL="V_3", IDEOGRAM_STYLE="REALISTIC")
FIRST = revision(1, 9, IDEOGRAM_MODEL="V_2", IDEOGRAM_STYLE="AUTO")


def test_the_deploy_that_changed_a_variable_is_named_with_time_cause_and_image():
    found = compared(("IDEOGRAM_STYLE",), NOW, (NEW, STYLED, FIRST))

    (one,) = found.changes
    assert one.change == EnvChange("IDEOGRAM_STYLE", "AUTO", "REALISTIC")
    assert (one.revision, one.at, one.cause, one.image) == (
        2,
        STYLED.created_at,
        "new style",
        "app:2",
    )


def test_of_several_changes_of_a_variable_the_newest_counts():
    older = revision(0, 20, IDEOGRAM_STYLE="ANIME")

    found = compared(("IDEOGRAM_STYLE",), NOW, (NEW, FIRST, older))

    assert [one.revision for one in found.changes] == [3]


def test_variables_keep_the_order_of_the_settings():
    found = compared(NAMES[::-1], NOW, (NEW, FIRST))

    assert [one.change.name for one in found.changes] == list(NAMES[::-1])
    assert found.now == (
        SettingNow("IDEOGRAM_STYLE", "REALISTIC"),
        SettingNow("IDEOGRAM_MODEL", "V_3"),
    )


@pytest.mark.parametrize("revisions", [(), (NEW,), (NEW, STYLED)], ids=len)
def test_without_a_difference_there_is_no_change(revisions):
    found = compared(NAMES, NOW, revisions)

    assert (found.changes, found.revisions) == ((), len(revisions))


def test_a_return_to_an_older_revision_has_no_time():
    back = revision(4, 9, IDEOGRAM_STYLE="AUTO")

    (one,) = compared(("IDEOGRAM_STYLE",), NOW, (back, STYLED)).changes

    assert (one.revision, one.at) == (4, None)


def test_a_variable_that_was_added_was_not_set_before():
    found = compared(("IDEOGRAM_STYLE",), NOW, (NEW, revision(2, 5)))

    assert found.changes[0].change.before is None


def test_values_that_stand_elsewhere_are_named():
    container = a_container(IDEOGRAM_MODEL=None, IDEOGRAM_STYLE="AUTO")
    revisions = (revision(2, 1, IDEOGRAM_MODEL=None), revision(1, 2, IDEOGRAM_MODEL=None))

    found = compared(NAMES, container, revisions)

    assert (found.hidden, found.changes) == (("IDEOGRAM_MODEL",), ())
    assert found.now[0].value == HIDDEN
