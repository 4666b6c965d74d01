"""``regulars schema``: the published contract as files."""

import json
from pathlib import Path

from events.catalog import EVENTS
from tests.services.cli.conftest import Regulars


def test_a_file_for_every_event_type_is_written(regulars: Regulars, tmp_path: Path) -> None:
    """And the AsyncAPI document; the folder is made where it is missing."""
    folder = tmp_path / "new" / "contract"

    ran = regulars("schema", "--out", str(folder), "--json")

    written = sorted(path.name for path in folder.iterdir())
    assert ran.exit_code == 0
    assert written == sorted([*(f"{event.event_type}.json" for event in EVENTS), "asyncapi.json"])
    assert sorted(Path(path).name for path in ran.document["files"]) == written
    assert json.loads((folder / "asyncapi.json").read_text(encoding="utf-8"))["asyncapi"] == "3.0.0"


def test_a_folder_that_cannot_be_made_is_one_sentence(regulars: Regulars, tmp_path: Path) -> None:
    """There is a file in the way."""
    (tmp_path / "file").write_text("", encoding="utf-8")

    ran = regulars("schema", "--out", str(tmp_path / "file" / "contract"))

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err == f"regulars: {tmp_path / 'file' / 'contract'}: Not a directory.\n"
