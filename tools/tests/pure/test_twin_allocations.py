"""Answering a question in C++ allocates nothing."""

import re
import subprocess

from tests.pure import twin


def test_a_lookup_allocates_nothing() -> None:
    """The program replaces operator new; it fails by itself if one was counted."""
    program = twin.build() / "k8s_timeline_allocations"
    done = subprocess.run(  # noqa: S603 -- our own build
        [program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    said = re.fullmatch(
        r"(\d+) questions, (\d+) characters, 0 allocations\n", done.stdout
    )
    assert said is not None
    assert int(said[1]) > 10_000
    assert int(said[2]) > int(said[1])
