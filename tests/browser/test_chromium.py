"""How the tests come by a browser."""

from pathlib import Path

import pytest

from tests.browser.chromium import NoChromiumError, chromium


def test_a_chromium_that_is_there_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever is on the PATH will do, under any of its names; nothing is installed then."""
    installed = tmp_path / "google-chrome"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium() == str(installed)


def test_a_machine_without_one_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none and none can be installed, one sentence says which command would."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoChromiumError, match=r"^These tests need Chromium.*: apt-get install .* chromium\.$"):
        chromium()
