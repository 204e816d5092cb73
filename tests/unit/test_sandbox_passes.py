"""When the sandbox takes a request for the beginning of another download."""

from komet.sandbox.state import PassWatch


class Clock:
    """Seconds that only move when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_opener_begins_a_pass_after_eight_slices() -> None:
    watch = PassWatch(Clock())
    for key in range(7):
        watch.served(key)
    assert not watch.begins_with(0)
    watch.served(7)
    assert [watch.begins_with(key) for key in range(9)] == [True] * 4 + [False] * 5


def test_an_opener_begins_a_pass_after_a_quiet_minute() -> None:
    clock = Clock()
    watch = PassWatch(clock)
    watch.served("first")
    clock.now = 59.9
    assert not watch.begins_with("first")
    clock.now = 60.0
    assert watch.begins_with("first")
    watch.restart()
    assert not watch.begins_with("first")


def test_a_slice_served_again_counts_once_and_stays_an_opener() -> None:
    watch = PassWatch(Clock())
    for _again in range(5):
        for key in range(5):
            watch.served(key)
    assert not watch.begins_with(0)
