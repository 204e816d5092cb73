"""A ZIP file of pieces that were compressed apart is one that everybody reads."""

import io
import random
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest

from komet.export.writers import zip_file
from komet.export.writers.zip_file import ZipWriter, pack


@pytest.mark.parametrize("full", [None, 2_000])
def test_members_come_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: int | None
) -> None:
    if full is not None:  # as if that many bytes were more than 32 bits hold
        monkeypatch.setattr(zip_file, "_FULL", full)
    chance = random.Random(3)
    members = {
        "empty.xml": [b""],
        "small.xml": [b"a"],
        "large/one.xml": [b"row " * chance.randint(0, 9_000) for _ in range(40)],
        "noise.bin": [chance.randbytes(5_000) for _ in range(7)],
        "last.xml": [b"end"],
    }
    with (tmp_path / "a.zip").open("wb") as file:
        archive = ZipWriter(file)
        for name, pieces in members.items():
            archive.add(name, (pack(piece) for piece in pieces))
        archive.finish()
    if full is not None:
        # our own "full" is the mark that readers look for
        text = (tmp_path / "a.zip").read_bytes()
        (tmp_path / "a.zip").write_bytes(text.replace(full.to_bytes(4, "little"), b"\xff" * 4))
    with ZipFile(tmp_path / "a.zip") as found:
        assert found.namelist() == list(members)
        assert found.testzip() is None
        for name, pieces in members.items():
            assert found.read(name) == b"".join(pieces)
            info = found.getinfo(name)
            assert zlib.crc32(b"".join(pieces)) == info.CRC
            assert abs(info.date_time[0] - 2026) < 50


def test_a_usual_member_has_no_large_fields() -> None:
    file = io.BytesIO()
    archive = ZipWriter(file)
    archive.add("a.xml", [pack(b"text")])
    archive.finish()
    assert b"PK\x06\x06" not in file.getvalue()
    assert file.getvalue()[4:6] == (20).to_bytes(2, "little")
