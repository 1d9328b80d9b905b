"""What users get is looked at again while a slow canary is waited for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.diagnosis import Mode
from bot.domain.probe import Outcome, ProbeKind
from bot.usecases.plan import Plan, Purse
from tests.builders import a_result, a_service
from tests.usecases.nights import Night, until

USERS = ProbeKind.TRAFFIC
FINE = a_result(USERS, detail="0 of 40 failed")
HURT = a_result(USERS, Outcome.UNHEALTHY, detail="40 of 40 failed")
UNREAD = a_result(USERS, Outcome.UNKNOWN, detail="Prometheus does not answer")


async def measured(then, *, counts=True):
    """Measure while users' requests change under a canary that takes its time."""
    night = Night()
    users, slow = night.probes[USERS], night.probes[ProbeKind.GENERATE_V3]
    users.result, slow.waits_for = FINE, asyncio.Event()
    measure = replace(night.measure, users_every=timedelta(milliseconds=5))
    heard = []

    def on_result(result):
        heard.append(result)
        return counts or [one.kind for one in heard].count(result.kind) == 1

    async with asyncio.TaskGroup() as group:
        purse = Purse(Plan(Mode.FULL, None, Decimal(0), Decimal(0)))
        task = group.create_task(measure(a_service(), purse, on_result))
        await until(lambda: users.subjects)
        users.result, before = then, len(users.subjects)
        await until(lambda: len(users.subjects) >= before + 2)
        slow.waits_for.set()
    looked = len(users.subjects)
    await asyncio.sleep(0.05)  # noqa: TID251  the loop's clock, not ours
    assert len(users.subjects) == looked, "it is looked again after the end"
    return task.result().results[USERS], heard


async def test_the_newest_look_decides_and_is_told():
    users, heard = await measured(HURT)

    assert users == HURT
    told = [one for one in heard if one.kind is USERS]
    assert (told[0], told[-1]) == (FINE, HURT)


async def test_a_look_in_vain_leaves_what_was_seen():
    users, heard = await measured(UNREAD)

    assert users == FINE
    assert UNREAD not in heard


async def test_what_a_shown_verdict_rests_on_stays():
    users, _ = await measured(HURT, counts=False)

    assert users == FINE
