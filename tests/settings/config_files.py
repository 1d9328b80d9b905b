"""The least that settings need, and what is found wrong with others."""

import pytest

from bot.domain.errors import ConfigError

MINIMAL = "services:\n  - name: painter\n"
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def problems(read, text=MINIMAL, *, for_slack=False, **environ):
    with pytest.raises(ConfigError) as refused:
        read(text, for_slack=for_slack, **environ)
    return refused.value.problems
