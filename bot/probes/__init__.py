"""The registry of probes: one of each kind, in the order in which results are listed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from bot.domain.probe import ProbeKind
from bot.domain.service import Call
from bot.ports import Instruments, Probe
from bot.probes.app_health import AppHealth
from bot.probes.auth import Auth
from bot.probes.connectivity import Connectivity
from bot.probes.dns import Dns
from bot.probes.download import Download
from bot.probes.generate import Generate
from bot.probes.reachability import Reachability
from bot.probes.status_page import ProviderStatus
from bot.probes.traffic import UserTraffic
from bot.probes.workload import Workload

PROBES: Final[Mapping[ProbeKind, Callable[[Instruments], Probe]]] = {
    ProbeKind.DNS: Dns,
    ProbeKind.REACHABILITY: Reachability,
    ProbeKind.AUTH: Auth,
    ProbeKind.GENERATE_LEGACY: partial(Generate, Call.LEGACY),
    ProbeKind.GENERATE_V3: partial(Generate, Call.V3),
    ProbeKind.DOWNLOAD: Download,
    ProbeKind.STATUS_PAGE: ProviderStatus,
    ProbeKind.CONNECTIVITY: Connectivity,
    ProbeKind.APP_HEALTH: AppHealth,
    ProbeKind.WORKLOAD: Workload,
    ProbeKind.TRAFFIC: UserTraffic,
}
