"""Strategic merge: the rules that the contract tests do not reach."""

import pytest

from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.strategic import strategic_merge


def names(item, field):
    return [entry["name"] for entry in item[field]]


def variables(*given):
    return {"env": [{"name": name, "value": name} for name in given]}


def test_null_removes_a_field():
    assert strategic_merge({"a": 1, "b": 2}, {"a": None}) == {"b": 2}


def test_null_for_an_absent_field_is_nothing():
    assert strategic_merge({}, {"a": None, "b": {"c": None}}) == {"b": {}}


def test_lists_without_a_key_are_replaced():
    assert strategic_merge({"args": ["a", "b"]}, {"args": ["c"]}) == {"args": ["c"]}


def test_primitive_lists_that_merge_are_joined():
    merged = strategic_merge({"finalizers": ["a", "b"]}, {"finalizers": ["c", "b"]})

    assert sorted(merged["finalizers"]) == ["a", "b", "c"]


def test_a_primitive_is_deleted_by_its_directive():
    patch = {"$deleteFromPrimitiveList/finalizers": ["a"]}

    assert strategic_merge({"finalizers": ["a", "b"]}, patch) == {"finalizers": ["b"]}


def test_replace_takes_the_patch_alone():
    patch = {"spec": {"$patch": "replace", "new": 1}}

    assert strategic_merge({"spec": {"old": 1}}, patch) == {"spec": {"new": 1}}


def test_replace_in_a_list_takes_its_elements_alone():
    patch = {"env": [{"$patch": "replace"}, {"name": "C", "value": "c"}]}

    assert names(strategic_merge(variables("A", "B"), patch), "env") == ["C"]


def test_delete_empties_a_map():
    assert strategic_merge({"spec": {"old": 1}}, {"spec": {"$patch": "delete"}}) == {"spec": {}}


def test_retained_keys_drop_all_others():
    patch = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    before = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}

    assert strategic_merge(before, patch) == {"strategy": {"type": "Recreate"}}


def test_an_order_alone_sorts_what_is_there():
    patch = {"$setElementOrder/env": [{"name": "B"}, {"name": "A"}]}

    assert names(strategic_merge(variables("A", "B"), patch), "env") == ["B", "A"]


def test_elements_the_order_does_not_know_keep_their_place():
    patch = {
        "$setElementOrder/env": [{"name": "A"}, {"name": "C"}],
        "env": [{"name": "C", "value": "c"}],
    }

    assert names(strategic_merge(variables("A", "X", "B"), patch), "env") == ["A", "C", "X", "B"]


def test_deleting_what_is_not_there_is_nothing():
    patch = {"env": [{"name": "Z", "$patch": "delete"}]}

    assert names(strategic_merge(variables("A"), patch), "env") == ["A"]


def test_a_new_list_loses_its_directives():
    patch = {"env": [{"name": "A", "$patch": "delete"}, {"name": "B"}]}

    assert strategic_merge({}, patch) == {"env": [{"name": "B"}]}


def test_the_arguments_stay_as_they_were():
    before, patch = variables("A"), {"env": [{"name": "A", "value": "new"}]}

    strategic_merge(before, patch)

    assert (before, patch) == (variables("A"), {"env": [{"name": "A", "value": "new"}]})


@pytest.mark.parametrize(
    "patch",
    [
        {"$patch": "unheard"},
        {"env": [{"value": "no name"}]},
        {"$setElementOrder/env": "A"},
    ],
    ids=["unknown directive", "element without key", "order that is no list"],
)
def test_what_makes_no_sense_is_refused(patch):
    with pytest.raises(ApiFailureError):
        strategic_merge(variables("A"), patch)
