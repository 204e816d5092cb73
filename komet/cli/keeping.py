"""`backup`, `restore` and `doctor`: the data file kept safe."""

from pathlib import Path

from komet.backup.archive import make_backup
from komet.backup.doctor import check_health
from komet.backup.restore import restore_backup
from komet.cli.arguments import Switch
from komet.cli.output import Json, err, say, say_json
from komet.cli.session import actor
from komet.context import open_context
from komet.language import _


def backup(file: Path, /, *, with_key: Switch = False, json: Json = False) -> int:
    """Write a consistent copy of the data to FILE, whatever else is at work; mode 0600.

    Parameters
    ----------
    file
        Where it goes, for example komet-2026-11-20.zip; a file of that name is replaced.
    with_key
        Add the key of the token secrets: whoever has the file has the tokens then.
    """
    made = make_backup(open_context(), actor(), file, with_key=with_key)
    if json:
        say_json({"file": str(file), **made.model_dump(mode="json"), "with_key": made.with_key})
        return 0
    size = file.stat().st_size
    say(_("Wrote {path}: {n:,} bytes.").format(path=file, n=size))
    say(
        _("The key is in it: keep it as you keep passwords.")
        if made.with_key
        else _("The key is not in it: without {name}, secrets must be entered again.").format(
            name="secret.key"
        )
    )
    return 0


def restore(file: Path, /, *, json: Json = False) -> int:
    """Put the data of a backup in the place of what is there, which is kept beside it.

    The backup is checked whole before anything is replaced. Exit 1 where another process keeps the
    data file for too long.

    Parameters
    ----------
    file
        What `komet backup` wrote, or a daily backup of the data folder.
    """
    done = restore_backup(open_context(), actor(), file)
    if json:
        say_json({
            "made_at": done.manifest.made_at,
            "kept": [str(path) for path in done.kept],
            "key_fits": done.key_fits,
        })  # fmt: skip
        return 0
    say(_("Restored the data of {when} (UTC).").format(when=done.manifest.made_at))
    for path in done.kept:
        say(_("Kept what was there as {path}.").format(path=path))
    if not done.key_fits:
        err.print(
            _("The key does not fit its tokens: bring the old key back, or enter their secrets."),
            markup=False, highlight=False,
        )  # fmt: skip
    return 0


def doctor(*, json: Json = False) -> int:
    """Check data file, schema, sums, key, modes, disk and backups. Exit 1 if anything is wrong."""
    findings = check_health(open_context(), actor())
    if json:
        say_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            mark = _("ok") if finding.ok else _("WRONG")
            say(" ".join(filter(None, [f"{mark:6}", finding.message, finding.next_step])))
    return 0 if all(finding.ok for finding in findings) else 1
