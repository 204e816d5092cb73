"""A data folder with one token and one client provider: `home.py FOLDER BASE_URL`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from download import prepared

prepared(Path(sys.argv[1]), sys.argv[2])
