"""The history: claims of the past with their revisions, in one SQLite file.

    schema ── what is in the file, and how it is opened
    entry ─── a claim as the file has it; which of its revisions count
    owners ── owners by number, stored once
    writer ── takes rows in          reader ── gives claims back
    prune ─── forgets                merge ─── takes in and gives out whole files
    recorder  writes what the daemon tells, in a thread of its own

**What is kept.** Every revision of every claim. Of a claim's revisions the newest
counts; the others are kept beside it, with the time at which the daemon heard of
each, so that one can say what was believed when. A version of a claim that ended
because its owner changed is never replaced: version 16 of a claim has the number of
version 0, and a daemon that starts anew may count from 0 again, but what such a
version said was true (see `entry.counting`).

**Merging.** A history is a set of (claim, revision). Taking in another one is the
union of two sets, so that it may be done twice and in any order.

**Safety.** SQLite in WAL mode with ``synchronous=NORMAL``: a process that is killed
loses what it has not committed, which is less than the last second unless more
comes than can be written; a machine that loses power may lose the last commits as
well; neither damages the file. One process writes at a time, any number read.
"""
