"""Creating and changing objects, without HTTP."""

import copy

import pytest

from bot.sandbox.kubernetes import changes
from bot.sandbox.kubernetes.changes import Intent
from bot.sandbox.kubernetes.failures import ApiFailureError
from bot.sandbox.kubernetes.patching import APPLY, MERGE, STRATEGIC, Patch
from bot.sandbox.kubernetes.resources import CRONJOBS, DEPLOYMENTS, NAMESPACES, SECRETS
from bot.sandbox.kubernetes.store import Store

ME = Intent(manager="me")
LABELS = {"app": "web"}
APP = {"name": "app", "image": "registry.example.com/app:1"}
WEB = {
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": LABELS},
        "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [APP]}},
    },
}


@pytest.fixture
def store():
    made = Store()
    changes.create(made, NAMESPACES, "", {"metadata": {"name": "default"}}, ME)
    return made


@pytest.fixture
def web(store):
    return create(store, DEPLOYMENTS, WEB)


def create(store, resource, body, namespace="default"):
    return changes.create(store, resource, namespace, copy.deepcopy(body), ME)


def patch(store, resource, name, body, kind=STRATEGIC, *, intent=ME):
    return changes.patch(
        store, resource, "default", name, Patch(kind, copy.deepcopy(body)), intent=intent
    )


def containers(*given):
    return {"spec": {"template": {"spec": {"containers": list(given)}}}}


def test_a_new_object_gets_its_identity_and_defaults(web):
    assert web["metadata"]["generation"] == 1
    assert web["spec"]["replicas"] == 1
    assert web["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": "25%", "maxSurge": "25%"}
    assert web["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"


def test_an_image_without_a_tag_is_always_pulled(store):
    body = copy.deepcopy(WEB)
    body["spec"]["template"]["spec"]["containers"][0]["image"] = "host:5000/app"

    item = create(store, DEPLOYMENTS, body)

    assert item["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == "Always"


def test_volumes_probes_and_references_get_their_defaults(store):
    app = {
        **APP,
        "env": [{"name": "N", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
        "livenessProbe": {"httpGet": {"port": 80}},
        "ports": [{"containerPort": 80}],
    }
    pod = {
        "containers": [app],
        "serviceAccountName": "sa",
        "volumes": [{"name": "v", "secret": {"secretName": "s"}}],
    }
    body = {**WEB, "spec": {**WEB["spec"], "template": {**WEB["spec"]["template"], "spec": pod}}}

    spec = create(store, DEPLOYMENTS, body)["spec"]["template"]["spec"]

    made = spec["containers"][0]
    assert made["livenessProbe"]["httpGet"] == {"port": 80, "scheme": "HTTP", "path": "/"}
    assert made["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert made["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1"
    assert (spec["serviceAccount"], spec["volumes"][0]["secret"]["defaultMode"]) == ("sa", 420)


@pytest.mark.parametrize(
    ("body", "namespace", "code"),
    [
        ({"metadata": {"name": "web"}}, "none", 404),
        ({"metadata": {}}, "default", 422),
        ({"metadata": {"name": "a", "namespace": "other"}}, "default", 400),
    ],
    ids=["unknown namespace", "no name", "another namespace"],
)
def test_objects_without_a_proper_place_are_refused(store, body, namespace, code):
    with pytest.raises(ApiFailureError) as refused:
        create(store, SECRETS, body, namespace)

    assert refused.value.code == code


def test_a_name_in_use_is_a_conflict(store, web):
    with pytest.raises(ApiFailureError) as refused:
        create(store, DEPLOYMENTS, WEB)

    assert refused.value.body["reason"] == "AlreadyExists"


def test_a_dry_run_creates_nothing(store):
    intent = Intent(manager="me", dry_run=True)

    item = changes.create(store, DEPLOYMENTS, "default", copy.deepcopy(WEB), intent)

    assert item["metadata"]["creationTimestamp"]
    assert store.select(DEPLOYMENTS) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (containers({"name": "app", "env": [{"name": "", "value": "x"}]}), "env[0].name"),
        (containers({"name": "app", "env": [{"name": "A", "valueFrom": {}}]}), "env[0].valueFrom"),
        ({"spec": {"selector": {"matchLabels": None}}}, "spec.selector"),
    ],
    ids=["variable without name", "empty reference", "no selector"],
)
def test_broken_rules_are_refused(store, web, body, field):
    with pytest.raises(ApiFailureError) as refused:
        patch(store, DEPLOYMENTS, "web", body)

    causes = refused.value.body["details"]["causes"]
    assert any(cause["field"].endswith(field) for cause in causes)


def test_two_containers_of_one_name_are_refused(store, web):
    body = containers(APP, APP)

    with pytest.raises(ApiFailureError) as refused:
        patch(store, DEPLOYMENTS, "web", body, MERGE)

    (cause,) = refused.value.body["details"]["causes"]
    assert cause["reason"] == "FieldValueDuplicate"


@pytest.mark.parametrize("body", [{"replicas": "3"}, {"paused": "yes"}])
def test_wrong_types_are_refused_with_the_patch_shown(store, web, body):
    with pytest.raises(ApiFailureError) as refused:
        patch(store, DEPLOYMENTS, "web", {"spec": body})

    assert "map[spec:map[" in refused.value.body["message"]


def test_a_rejected_merge_patch_of_a_secret_quotes_the_secret(store):
    create(store, SECRETS, {"metadata": {"name": "keys"}, "stringData": {"k": "v"}})

    with pytest.raises(ApiFailureError) as refused:
        patch(store, SECRETS, "keys", {"data": {"k2": "%"}}, MERGE)

    # "v" in base64: as the real server, hence a body that must never be logged.
    assert "dg==" in refused.value.body["message"]


def test_the_type_of_a_secret_is_for_good(store):
    create(store, SECRETS, {"metadata": {"name": "keys"}})

    with pytest.raises(ApiFailureError) as refused:
        patch(store, SECRETS, "keys", {"type": "other"}, MERGE)

    assert "field is immutable" in refused.value.body["message"]


def test_an_immutable_secret_keeps_its_data(store):
    create(store, SECRETS, {"metadata": {"name": "keys"}, "immutable": True})

    with pytest.raises(ApiFailureError) as refused:
        patch(store, SECRETS, "keys", {"stringData": {"k": "v"}}, MERGE)

    assert "immutable" in refused.value.body["message"]


def test_a_cronjob_needs_a_schedule(store):
    body = {"metadata": {"name": "night"}, "spec": {}}

    with pytest.raises(ApiFailureError) as refused:
        create(store, CRONJOBS, body)

    assert "spec.schedule: Required value" in refused.value.body["message"]


def test_a_change_of_annotations_counts_for_deployments_alone(store, web):
    create(store, CRONJOBS, {"metadata": {"name": "night"}, "spec": {"schedule": "0 0 * * *"}})
    body = {"metadata": {"annotations": {"a": "b"}}}

    deployment = patch(store, DEPLOYMENTS, "web", body)
    cronjob = patch(store, CRONJOBS, "night", body)

    generations = [item["metadata"]["generation"] for item in (deployment, cronjob)]
    assert generations == [2, 1]


def test_what_the_server_owns_cannot_be_set(store, web):
    mine = {"generation": 77, "creationTimestamp": "2000-01-01T00:00:00Z"}
    body = {"metadata": mine, "status": {"replicas": 9}, "spec": {"paused": True}}

    patched = patch(store, DEPLOYMENTS, "web", body)

    assert patched["metadata"]["generation"] == 2
    assert patched["metadata"]["creationTimestamp"] == web["metadata"]["creationTimestamp"]
    assert "status" not in patched


def test_a_field_changes_its_manager(store, web):
    body = containers({"name": "app", "image": "registry.example.com/app:2"})

    patched = patch(store, DEPLOYMENTS, "web", body, intent=Intent(manager="you"))

    owners = {
        entry["manager"]
        for entry in patched["metadata"]["managedFields"]
        if "f:image" in str(entry["fieldsV1"]).replace("f:imagePullPolicy", "")
    }
    assert owners == {"you"}


def test_several_conflicts_are_all_named(store, web):
    gitops = Intent("gitops", is_apply=True)
    app = {"name": "app", "image": "other", "imagePullPolicy": "Never"}

    with pytest.raises(ApiFailureError) as refused:
        patch(store, DEPLOYMENTS, "web", containers(app), APPLY, intent=gitops)

    assert refused.value.code == 409
    assert refused.value.body["message"].startswith("Apply failed with 2 conflicts: ")
    assert len(refused.value.body["details"]["causes"]) == 2
