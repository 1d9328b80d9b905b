"""Label and field selectors."""

import pytest

from bot.sandbox.kubernetes import selection
from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.resources import PODS

POD = {
    "metadata": {"name": "a-1", "namespace": "default", "labels": {"app": "a", "tier": "web"}},
    "status": {"phase": "Running"},
}


@pytest.mark.parametrize(
    ("labels", "fits"),
    [
        ("", True),
        ("app=a", True),
        ("app==a,tier=web", True),
        ("app!=a", False),
        ("app in (a, b),tier", True),
        ("app notin (a)", False),
        ("tier,!old", True),
        ("!app", False),
    ],
)
def test_labels_are_compared(labels, fits):
    assert selection.selector(PODS, labels, "")(POD) is fits


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ("metadata.name=a-1", True),
        ("metadata.name!=a-1", False),
        ("status.phase=Running,metadata.namespace=default", True),
        ("spec.nodeName=", True),
    ],
)
def test_fields_are_compared(fields, fits):
    assert selection.selector(PODS, "", fields)(POD) is fits


@pytest.mark.parametrize(("labels", "fields"), [("a in", ""), ("", "spec.x=1"), ("", "name")])
def test_what_cannot_be_read_is_a_bad_request(labels, fields):
    with pytest.raises(ApiFailureError) as refused:
        selection.selector(PODS, labels, fields)

    assert refused.value.code == 400


def test_a_selected_name_counts_for_rights_unless_excluded():
    assert selection.name_selected("status.phase=Running,metadata.name=a") == "a"
    assert selection.name_selected("metadata.name!=a") == ""
