"""What a set of measurements shows: the questions that the rows of the verdict table ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

from bot.domain import facts
from bot.domain.answer import AnswerClass
from bot.domain.calls import Calls
from bot.domain.classes import is_forbidden
from bot.domain.diagnosis import Mode
from bot.domain.health import HealthState
from bot.domain.onset import Onset, onset_in
from bot.domain.person import Sight
from bot.domain.probe import CANARIES, Outcome, ProbeKind, ProbeResult
from bot.domain.resolution import is_waited_for
from bot.domain.traffic import Share, Signs, from_facts, gauge_in
from bot.domain.users import Users, by_health, by_traffic, suffered_by_us, worse

NEAR_ZERO: Final = Decimal(1)  # USD; below it a refused key is paused rather than revoked


@dataclass(frozen=True)
class Signals(Calls):
    """Answers to the questions of the table, computed from one set of measurements."""

    @cached_property
    def own_network_fails(self) -> bool:
        """Nothing else is reachable either, or no other name resolves either."""
        if self.outcome(ProbeKind.CONNECTIVITY) is Outcome.UNHEALTHY:
            return True
        return (
            self.outcome(ProbeKind.DNS) is Outcome.UNHEALTHY
            and self.measured.names_resolvable
            and self.fact(ProbeKind.CONNECTIVITY, facts.NAMES_RESOLVED) is False
        )

    @cached_property
    def waits_for_dns(self) -> bool:
        """Every request waits for a slow resolver first, and works after that."""
        return is_waited_for(self.result(ProbeKind.DNS)) and self.key_works

    @cached_property
    def canaries_denied(self) -> tuple[ProbeResult, ...]:
        """The canaries that were answered 401 or 403."""
        results = (self.result(kind) for kind in self._sent_canaries)
        return tuple(one for one in results if one is not None and one.answer is AnswerClass.DENIED)

    @cached_property
    def _sent_canaries(self) -> tuple[ProbeKind, ...]:
        return self._canaries if self.measured.mode is Mode.FULL else ()

    @cached_property
    def quote_accepted(self) -> bool:
        """The key was accepted for a price quote."""
        return self.outcome(ProbeKind.AUTH) is Outcome.HEALTHY

    @cached_property
    def quote_denied(self) -> bool:
        """The key was refused for a price quote."""
        quote = self.result(ProbeKind.AUTH)
        return quote is not None and quote.answer is AnswerClass.DENIED

    @cached_property
    def key_refused(self) -> bool:
        """No call works with this key, and the reason is the key or its account."""
        refused = any(
            not is_forbidden(one.status) or not self.quote_accepted for one in self.canaries_denied
        )
        if refused and not self.with_image:
            return True
        return self.quote_denied and not any(self._was_answered(k) for k in self._sent_canaries)

    def _was_answered(self, kind: ProbeKind) -> bool:
        result = self.result(kind)
        return result is not None and result.answered is True

    @cached_property
    def plan_refuses(self) -> tuple[ProbeKind, ...]:
        """The calls that the plan does not cover, while the key itself is good."""
        by_name = self.with_class(AnswerClass.PLAN)
        by_status = tuple(
            one.kind
            for one in self.canaries_denied
            if self.with_image or (is_forbidden(one.status) and self.quote_accepted)
        )
        return by_name + by_status

    @cached_property
    def signs(self) -> Signs | None:
        """What users' requests show; None when none of it was read."""
        result = self.result(ProbeKind.TRAFFIC)
        if result is None or facts.WINDOW_SECONDS not in result.facts:
            return None
        traffic = from_facts(result.facts)
        if self.placeholders_chosen:
            traffic = traffic.without_requests()
        return Signs(traffic, self.measured.thresholds)

    @cached_property
    def placeholders_chosen(self) -> bool:
        """A switch gives users placeholders, and nobody asks Ideogram: requests are from before.

        Placeholders of a service that still tries are no choice; its requests go on.
        """
        is_switched = (
            self.fact(ProbeKind.WORKLOAD, facts.FALLBACK) == "on"
            or self.fact(ProbeKind.WORKLOAD, facts.GENERATION) == "off"
        )
        return is_switched and self.placeholders_shown

    @cached_property
    def placeholders_shown(self) -> bool:
        """Users get placeholders, chosen or not: what fails behind them, they do not suffer."""
        return self.fact(ProbeKind.APP_HEALTH, facts.STATE) == HealthState.FALLBACK

    def share_of(self, *classes: AnswerClass) -> Share:
        """Rate the users' requests with an answer of these classes."""
        return Share.FEW if self.signs is None else self.signs.of(*classes)

    @cached_property
    def users(self) -> Users:
        """What health and requests show of users; placeholders outlast what was before them."""
        health = by_health(self.fact(ProbeKind.APP_HEALTH, facts.STATE))
        return health if self.placeholders_shown else worse(health, by_traffic(self.signs))

    @cached_property
    def _key_is_proven(self) -> bool:
        """The key in the Secret works: who is refused holds another one."""
        return self._key_from_secret and self.key_accepted

    @cached_property
    def key_accepted(self) -> bool:
        """A request of ours that carried the key was quoted, or got an image."""
        return self.quote_accepted or not CANARIES.isdisjoint(self.with_image)

    @cached_property
    def users_key_refused(self) -> bool:
        """Users' requests are refused with a key that nothing proves to be good."""
        forbidden = () if self.key_accepted else (AnswerClass.PLAN,)
        refused = self.share_of(AnswerClass.DENIED, *forbidden) is not Share.FEW
        return refused and not self._key_is_proven

    @cached_property
    def users_plan_refuses(self) -> bool:
        """Users' requests are answered 403, while the key itself is good."""
        return self.key_accepted and self.share_of(AnswerClass.PLAN) is not Share.FEW

    @cached_property
    def users_suffer_by_us(self) -> Users:
        """What users suffer that neither a call of ours nor their requests explain."""
        ours = self.requests_fail_by_us
        is_explained = self.signs is not None and self.signs.is_explained
        if self._calls_fail or is_explained or self.users_key_refused:
            return ours
        return worse(ours, by_health(self.fact(ProbeKind.APP_HEALTH, facts.STATE)))

    @cached_property
    def requests_fail_by_us(self) -> Users:
        """What users suffer of requests that neither a call of ours nor an answer explains."""
        if self._calls_fail or self.placeholders_shown:
            return Users.UNSEEN
        return suffered_by_us(
            self.signs, key_is_proven=self._key_is_proven, late_is_ours=self.waits_for_dns
        )

    @cached_property
    def _calls_fail(self) -> bool:
        """Something of the provider's is broken or slow: users suffer from that first."""
        lost = self.outcome(ProbeKind.DOWNLOAD) is Outcome.UNHEALTHY
        return bool(self.failed or self.slow_calls or lost)

    @cached_property
    def balance(self) -> Decimal | None:
        """What is left at Ideogram, USD: the smaller of what is known; None when nobody knows."""
        known = (self.measured.balance, self.gauge)
        return min((one for one in known if one is not None), default=None)

    @cached_property
    def gauge(self) -> Decimal | None:
        """What the service's own metrics call the balance, USD; None without such a gauge."""
        return gauge_in(self.measured.results.values())

    @cached_property
    def looks_paused(self) -> bool:
        """The key is refused and the account has next to nothing left."""
        return self.key_refused and self.balance is not None and self.balance < NEAR_ZERO

    @cached_property
    def said(self) -> Sight | None:
        """What a person saw; None when nobody said."""
        person = self.measured.person
        return None if person is None else person.sight

    @cached_property
    def users_told(self) -> Users:
        """What is known about users when a person is heard too, who never clears what is seen."""
        if self.said is Sight.FAILING:
            return Users.FAILING
        is_all = self.said is Sight.FINE and self.users is Users.UNSEEN
        return Users.FINE if is_all else self.users

    @cached_property
    def looks_bad(self) -> bool:
        """A person calls the pictures bad, while some come and no call is unmeasured."""
        return self.said is Sight.LOOKS_BAD and bool(self.with_image) and not self.unmeasured

    @cached_property
    def users_suffer(self) -> bool:
        """Users fail, all or some."""
        return self.users in (Users.FAILING, Users.DEGRADED)

    @cached_property
    def users_suffer_or_would(self) -> bool:
        """Users fail as they do by a refused key, or would without placeholders.

        Where their requests are seen to fail otherwise (429, 5xx), an old key is not the reason.
        """
        if self.share_of(AnswerClass.DENIED) is not Share.FEW:
            return True
        otherwise = self.signs is not None and self.signs.is_explained
        return self.users_suffer and not otherwise

    @cached_property
    def pods_have_old_key(self) -> bool:
        """Pods started before the Secret changed, and the Secret's key is the one that works."""
        return (
            self._key_from_secret
            and self.fact(ProbeKind.WORKLOAD, facts.PODS_OLDER_THAN_KEY) is True
        )

    @cached_property
    def deployed_at(self) -> datetime | None:
        """When the newest revision of the Deployment came; None when nobody knows."""
        found = self.result(ProbeKind.WORKLOAD)
        age = self.fact(ProbeKind.WORKLOAD, facts.REVISION_AGE_SECONDS)
        if found is None or not isinstance(age, int | float):
            return None
        return found.measured_at - timedelta(seconds=age)

    @cached_property
    def onset(self) -> Onset | None:
        """Since when users suffer, as their requests show it."""
        return onset_in(self.measured.results.values())

    @cached_property
    def _key_from_secret(self) -> bool:
        """Whatever request told of it: a price quote may be switched off."""
        keyed = (ProbeKind.AUTH, *self._canaries)
        source = next(filter(None, (self.fact(kind, facts.KEY_SOURCE) for kind in keyed)), "")
        return str(source).startswith("secret ")

    @cached_property
    def key_works(self) -> bool:
        """Every call got an image; without canaries an accepted quote is enough."""
        if self.measured.mode is Mode.QUICK:
            return self.quote_accepted
        return len(self.with_image) == len(self.attempts)

    @cached_property
    def key_gets_images(self) -> bool:
        """Some call got an image; without canaries an accepted quote is enough."""
        return self.quote_accepted if self.measured.mode is Mode.QUICK else bool(self.with_image)

    @cached_property
    def users_wait(self) -> bool | None:
        """Whether users' pictures take too long; None when their requests cannot tell."""
        if self.signs is None:
            return None
        is_slow = self.signs.is_slow
        gave_up = self.share_of(AnswerClass.TIMED_OUT) is not Share.FEW
        return None if gave_up and not is_slow else is_slow  # who gave up did not wait

    @cached_property
    def slow_calls(self) -> tuple[ProbeKind, ...]:
        """The calls that took too long, where users' requests do not tell more than they do."""
        return self.slow_canaries if self.users_wait is None else ()


def in_fixed_order(kinds: Iterable[ProbeKind]) -> tuple[ProbeKind, ...]:
    """Sort kinds as results are listed, each once."""
    wanted = set(kinds)
    return tuple(kind for kind in ProbeKind if kind in wanted)
