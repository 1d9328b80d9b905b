from dataclasses import replace
from datetime import timedelta

from bot.domain.mitigation import State
from bot.domain.watching import new_ready, reasons, too_long, watched
from bot.domain.workload import Pod
from tests.builders import NIGHT, a_preview, a_run
from tests.fakes.cluster_objects import a_container, a_deployment, given_up

APP = a_container(IDEOGRAM_FALLBACK="true")
RUN = a_run(
    state=State.WATCHING,
    preview=a_preview(after_hash=APP.env_hash),
    generation=15,
    applied_at=NIGHT,
    replicas=4,
)
ROLLING = a_deployment(
    generation=15,
    observed_generation=15,
    containers=(APP,),
    annotations={"ideogram-bot/mitigation": RUN.id},
    updated=1,
    total=5,
    ready=4,
)
SOON = NIGHT + timedelta(seconds=20)
LATE = NIGHT + timedelta(minutes=5)


def test_old_pods_do_not_count_as_new_ones():
    assert new_ready(ROLLING) == 0
    assert new_ready(replace(ROLLING, ready=5)) == 1
    assert new_ready(replace(ROLLING, ready=0)) == 0


def test_one_more_ready_pod_is_progress():
    look = watched(RUN, replace(ROLLING, ready=5), SOON)

    assert (look.run.ready_seen, look.run.updated_seen, look.run.progress_at) == (1, 1, SOON)
    assert not any((look.done, look.failed, look.replaced))


def test_a_rollout_is_done_as_kubectl_says():
    assert watched(RUN, replace(ROLLING, updated=4, total=4), SOON).done
    assert not watched(RUN, replace(ROLLING, updated=4, total=4, observed_generation=14), SOON).done


def test_scaling_in_between_is_nobodys_deploy():
    scaled = replace(ROLLING, generation=16, replicas=6)

    look = watched(RUN, scaled, SOON)

    assert not look.replaced
    assert look.run.replicas == 6


def test_another_template_or_annotation_has_replaced_ours():
    assert watched(RUN, replace(ROLLING, annotations={}), SOON).replaced
    assert watched(RUN, replace(ROLLING, containers=(a_container(),)), SOON).replaced


def test_a_given_up_rollout_failed():
    assert watched(RUN, given_up(ROLLING), SOON).failed.startswith("ReplicaSet has timed out")


def test_five_minutes_without_one_more_ready_pod_are_too_long():
    assert watched(RUN, ROLLING, LATE).failed == "no more pods ready for 5 min"
    assert too_long(replace(RUN, progress_at=SOON), LATE) == ""
    assert too_long(a_run(), LATE)


def test_reasons_are_counted_most_frequent_first():
    def pod(reason: str, *, ready: bool = False) -> Pod:
        return Pod("p", ready, reason, 0, None)

    pods = [pod(""), pod("ImagePullBackOff"), pod("ImagePullBackOff"), pod("", ready=True)]

    assert reasons(pods) == "ImagePullBackOff (2 pods), not ready (1 pod)"
