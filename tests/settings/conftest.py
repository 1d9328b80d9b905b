"""Settings are read from a file that a test writes."""

import pytest

from bot.settings.load import load


@pytest.fixture
def read(tmp_path):
    """Load settings from a config file with this text."""

    def read(text, *, for_slack=False, **environ):
        path = tmp_path / "ideogram-bot.yml"
        path.write_text(text)
        return load({"IDEOGRAM_BOT_CONFIG": str(path), **environ}, for_slack=for_slack)

    return read
