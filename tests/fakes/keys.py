"""A key in memory."""

from bot.domain.answer import ApiKey, SecretText
from bot.domain.service import Service
from bot.ports import Keys


class FakeKeys(Keys):
    """Has a key until a test takes it away."""

    def __init__(self) -> None:
        self.key: ApiKey | None = ApiKey(SecretText("k"), "0a1b2c3d", "secret ideogram-secrets")

    async def for_service(self, service: Service) -> tuple[ApiKey | None, str]:
        return self.key, "" if self.key else "no key may be used"
