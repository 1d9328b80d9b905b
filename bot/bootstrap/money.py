"""The use cases that look after money, and spend it while a fallback is on, joined."""

from collections.abc import Mapping
from datetime import timedelta

from bot.bootstrap.outbound import Outbound
from bot.domain import request as asks
from bot.usecases.balance import AllowQuoting, SetBalances, ShowBalances
from bot.usecases.check import Check
from bot.usecases.incident_card import IncidentCards
from bot.usecases.intake import Handler
from bot.usecases.recover import Recover


def about_money(out: Outbound) -> Mapping[type, Handler]:
    """Join what answers `/ideogram balance`."""
    asked = out.settings.file.ideogram
    show = ShowBalances(
        storage=out.storage,
        clock=out.clock,
        services=out.services,
        read_usage=out.read_usage,
        limit=asked.daily_probe_budget_usd,
        quote_path=asked.quote_path,
        billing_url=str(asked.billing_url),
    )
    return {
        asks.ShowBalance: show,
        asks.SetBalance: SetBalances(storage=out.storage, clock=out.clock, show=show),
        asks.AllowQuotes: AllowQuoting(
            storage=out.storage, clock=out.clock, quote_path=asked.quote_path
        ),
    }


def recovering(out: Outbound, cards: IncidentCards) -> Recover:
    """Join what looks after mitigations in force."""
    asked = out.settings.file.ideogram
    check = Check(
        clock=out.clock,
        cluster=out.cluster,
        ideogram=out.ideogram,
        keys=out.keys,
        offer=out.offer,
        mitigations=out.mitigations,
        lookout=out.lookout,
        cards=cards,
        canary=out.canary,
        limit=asked.daily_probe_budget_usd,
        every=timedelta(minutes=asked.canary.recovery_every_minutes),
    )
    return Recover(
        storage=out.storage,
        clock=out.clock,
        services=out.services,
        mitigations=out.mitigations,
        check=check,
    )
