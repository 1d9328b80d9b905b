"""Every mitigation, in the order in which they are listed."""

from collections.abc import Callable
from typing import Final

from bot.mitigations.disable_fallback import DisableFallback
from bot.mitigations.enable_fallback import EnableFallback
from bot.mitigations.reduce_concurrency import ReduceConcurrency
from bot.mitigations.restore_concurrency import RestoreConcurrency
from bot.ports import Lookout, Mitigation

# Each is made with what it looks at the effect through.
MITIGATIONS: Final[tuple[Callable[[Lookout], Mitigation], ...]] = (
    EnableFallback,
    DisableFallback,
    ReduceConcurrency,
    RestoreConcurrency,
)
