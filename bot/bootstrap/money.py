"""The use cases about money, joined."""

from collections.abc import Mapping

from bot.bootstrap.outbound import Outbound
from bot.domain import request as asks
from bot.usecases.balance import AllowQuoting, SetBalances, ShowBalances
from bot.usecases.intake import Handler


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
