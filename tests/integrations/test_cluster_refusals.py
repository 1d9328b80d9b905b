"""What an API server's refusal means."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import errors
from bot.domain.service import Target
from bot.integrations.cluster_refusals import Wish, check
from bot.integrations.kube_ask import KubeAnswer

TARGET = Target("shop", "web", "app", context="prod eu")
PATCHING = Wish("patch", "deployments", TARGET, "web")


def refused(status, *, wish=PATCHING, document=None, **options):
    with pytest.raises(errors.BotError) as caught:
        check(KubeAnswer(status, document or {}), wish, **options)
    return caught.value


@pytest.mark.parametrize("status", [200, 201])
def test_a_success_passes(status):
    check(KubeAnswer(status, {"kind": "Deployment"}), PATCHING)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, errors.ForbiddenError),
        (403, errors.ForbiddenError),
        (404, errors.MissingError),
        (409, errors.ConflictError),
        (415, errors.PermanentError),
        (422, errors.PermanentError),
        (429, errors.UnavailableError),
        (500, errors.UnavailableError),
        (503, errors.UnavailableError),
    ],
)
def test_each_status_is_an_error_of_the_port(status, expected):
    assert type(refused(status)) is expected


def test_a_server_error_after_a_change_may_hide_that_it_took_effect():
    assert type(refused(504, changes=True)) is errors.UnseenError


def test_too_many_requests_took_no_effect_even_of_a_change():
    found = refused(429, changes=True)

    assert type(found) is errors.UnavailableError
    assert found.retry_after == timedelta(seconds=1)


def test_a_forbidden_patch_names_verb_resource_place_and_the_way_by_hand():
    env = [{"name": "MODE", "value": "a b"}, {"name": "OLD", "$patch": "delete"}]
    spec = {"template": {"spec": {"containers": [{"name": "app", "env": env}]}}}

    found = str(refused(403, patch={"spec": spec}))

    assert "the bot may not patch deployments/web in prod eu/shop" in found
    assert "Role in deploy/" in found
    assert (
        "kubectl --context 'prod eu' -n shop set env deployment/web -c app 'MODE=a b' OLD-" in found
    )


def test_a_forbidden_reading_has_no_way_by_hand():
    found = str(refused(403, wish=Wish("list", "pods", Target("shop", "web"))))

    assert found == (
        "the bot may not list pods in shop. Bind the Role in deploy/ (it allows list on pods)"
    )


def test_an_invalid_patch_tells_the_servers_reason():
    reason = 'Deployment "web" is invalid: image: Required value'

    assert reason in str(refused(422, document={"message": reason}))


@pytest.mark.parametrize("document", [{}, {"message": ""}, {"message": 7}])
def test_a_refusal_without_words_is_still_told(document):
    assert "without a reason" in str(refused(422, document=document))


def test_names_are_quoted_in_paths():
    wish = Wish("get", "secrets", Target("a/b", "x"), "../c")

    assert wish.path == "/api/v1/namespaces/a%2Fb/secrets/..%2Fc"


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(["kind", "message", "status"]), st.none() | st.integers() | st.text()
    ),
    st.booleans(),
)
def test_any_answer_passes_or_is_an_error_of_the_port_in_words(status, document, changes):
    try:
        check(KubeAnswer(status, document), PATCHING, changes=changes)
    except errors.BotError as error:
        assert str(error)  # noqa: PT017  it may also pass
    else:
        assert 200 <= status < 300


def test_the_reason_shows_no_value_of_a_variable_that_is_a_key():
    document = {"message": 'env[0] is invalid: "API_KEY": "hush"'}

    assert "hush" not in str(refused(422, document=document))
