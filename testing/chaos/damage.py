"""What may become of a file while nobody looks."""

import random
from pathlib import Path


def damage(file: Path, chance: random.Random) -> None:
    """Damages a file, if it is there."""
    if not file.is_file():
        return
    data = file.read_bytes()
    begin, end = sorted(chance.randint(0, len(data)) for _ in range(2))
    match chance.choice(["cut", "zeros", "gap", "byte", "version", "gone", "folder"]):
        case "cut":
            file.write_bytes(data[:end])
        case "zeros":
            file.write_bytes(data[:begin] + bytes(end - begin) + data[end:])
        case "gap":
            file.write_bytes(data[:begin] + data[end:])
        case "byte":
            file.write_bytes(data[:begin] + b"7" + data[begin + 1 :])
        case "version":
            file.write_bytes(data.replace(b"#cache\t1", b"#cache\t9"))
        case "gone":
            file.unlink()
        case "folder":
            file.unlink()
            file.mkdir()
