"""Known weaknesses of what `requirements.lock` installs: `make audit`.

Asks the OSV data base by way of pip-audit. Where that cannot be reached, nothing has been checked,
and the exit code says so, too: 75, "try again later".
"""

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = "api.osv.dev"
NOT_CHECKED = 75


def reachable() -> bool:
    """Whether the data base answers at all."""
    try:
        socket.create_connection((DATA, 443), timeout=10).close()
    except OSError:
        return False
    return True


def main() -> int:
    """Audit the lock. 0: nothing is known; 1: something is; 75: nobody could be asked."""
    if not reachable():
        sys.stderr.write(f"NOT AUDITED: {DATA} cannot be reached from this computer.\n")
        return NOT_CHECKED
    command = [
        *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv"),
        *("--requirement", "requirements.lock", "--require-hashes", "--disable-pip"),
    ]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
