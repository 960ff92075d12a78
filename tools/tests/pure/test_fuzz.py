"""What the fuzzers have found to be different is fed to them again."""

import subprocess

import pytest

from tests.pure.twin import REPLAY, TOP, build

pytestmark = pytest.mark.long

CORPUS = TOP / "testing" / "corpus"
SMALL = 500, 1_000_000
"""Files and bytes that all of it may have."""


@pytest.mark.parametrize("body", REPLAY)
def test_the_corpus_leaves_the_sanitizers_silent(body: str) -> None:
    build()
    files = sorted((CORPUS / body).iterdir())
    assert len(files) > 50, "there is something to replay"
    done = subprocess.run(  # noqa: S603 -- our own program
        [REPLAY[body], *files], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr.splitlines() == [str(path) for path in files]


def test_the_corpus_is_small() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert len(files) < SMALL[0]
    assert sum(path.stat().st_size for path in files) < SMALL[1]
