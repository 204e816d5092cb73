"""The keys of `st.session_state`, in one place. It holds the state of widgets, nothing else."""

ENTERED = "_entered"
"""Set by `app.py` on every run, taken by the guard: the page was reached through the app."""

WANTED = "_wanted"
"""The page and the link's parameters of a visitor who came past `app.py`."""

NOTICE = "_notice"
"""One sentence to show after a rerun."""
