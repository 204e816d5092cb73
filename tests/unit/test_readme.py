"""The README cannot rot: every setting, command and screen is in it."""

import re
from pathlib import Path

from komet.cli import app
from komet.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented() -> None:
    for name in Settings.model_fields:
        assert f"`KOMET_{name.upper()}`" in README


def test_every_command_is_documented() -> None:
    for name in app:
        if not name.startswith("-"):
            assert re.search(rf"python -m komet {name}\b", README), name


def test_every_screen_is_documented() -> None:
    screens = (ROOT / "komet" / "web" / "shell" / "navigation.py").read_text(encoding="utf-8")
    titles = re.findall(r'": \(_later\("([^"]+)"\)', screens)
    assert len(titles) == len(list((ROOT / "pages").glob("*.py")))
    for title in titles:
        assert f"**{title}**" in README, title


def test_the_two_commands_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in ("run", "test", "lint", "bench", "shots"):
        assert f"make {verb}" in README
        assert re.search(rf"^{verb}:", makefile, re.MULTILINE)
