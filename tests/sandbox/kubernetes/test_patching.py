"""Merge patches (RFC 7386), JSON patches (RFC 6902), and bodies that are neither."""

import pytest

from bot.sandbox.kubernetes import patching
from bot.sandbox.kubernetes.failures import ApiFailureError


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/list/1", "value": 9}, {"list": [1, 9, 2], "a/b": 0}),
        ({"op": "add", "path": "/list/-", "value": 9}, {"list": [1, 2, 9], "a/b": 0}),
        ({"op": "remove", "path": "/list/0"}, {"list": [2], "a/b": 0}),
        ({"op": "replace", "path": "/a~1b", "value": 5}, {"list": [1, 2], "a/b": 5}),
        ({"op": "move", "from": "/a~1b", "path": "/c"}, {"list": [1, 2], "c": 0}),
        ({"op": "copy", "from": "/list", "path": "/c"}, {"list": [1, 2], "a/b": 0, "c": [1, 2]}),
        ({"op": "test", "path": "/a~1b", "value": 0}, {"list": [1, 2], "a/b": 0}),
    ],
    ids=lambda value: value.get("op"),
)
def test_json_patches_do_what_they_say(operation, expected):
    assert patching.json_patch({"list": [1, 2], "a/b": 0}, [operation]) == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/none"},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "add", "path": "/a/b/c", "value": 1},
        {"op": "replace", "path": "/a"},
    ],
)
def test_json_patches_that_do_not_fit_change_nothing(operation):
    document = {"a": 1}

    with pytest.raises(ApiFailureError) as refused:
        patching.json_patch(document, [{"op": "add", "path": "/b", "value": 2}, operation])

    assert (refused.value.code, document) == (422, {"a": 1})


def test_merge_patches_replace_lists_and_remove_nulls():
    before = {"a": {"b": 1, "c": 2}, "list": [1, 2]}

    after = patching.merge_patch(before, {"a": {"b": None, "d": 3}, "list": [3]})

    assert after == {"a": {"c": 2, "d": 3}, "list": [3]}


@pytest.mark.parametrize(
    ("content_type", "raw", "code"),
    [
        ("application/json", b"{}", 415),
        (patching.STRATEGIC, b"{", 400),
        (patching.STRATEGIC, b"[]", 400),
        (patching.JSON_PATCH, b"{}", 400),
        (patching.APPLY, b"a: [", 400),
    ],
)
def test_bodies_that_are_no_patch_are_refused(content_type, raw, code):
    with pytest.raises(ApiFailureError) as refused:
        patching.read_patch(content_type, raw)

    assert refused.value.code == code
