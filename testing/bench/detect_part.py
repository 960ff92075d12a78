"""What all detections cost in a Zeek that runs its own `local.zeek`."""

from concurrent.futures import ThreadPoolExecutor

from bench import counters
from bench.captures import Mix, captures
from bench.figures import Figure, at_most
from bench.zeek_parts import Bench, Command

INSTRUCTIONS = 1.05


def detecting(bench: Bench) -> list[Figure]:
    """Instructions for a mix of all captures, as a ratio to Zeek without detections.

    The captures are repeated, with other addresses each time.

    Raises:
        LackingError: There are no captures here.
    """
    options = bench.options
    found = captures()
    mix, rounds = Mix(), 0
    while len(mix.frames) < options.mix:
        rounds += 1
        options.say(f"mixing captures, {len(mix.frames)} of {options.mix} packets")
        for capture in found:
            mix.add(capture)
    trace, journal = options.folder / "mix.pcap", options.folder / "mix.log"
    mix.write(trace, journal)
    nothing = options.folder / "none.pcap"
    Mix().write(nothing, options.folder / "none.log")

    def local(read: str, *scripts: str) -> Command:
        return bench.reading(
            options.folder / read, "local", *scripts, f"K8s::journal={journal}"
        )

    commands = {
        "without": local("mix.pcap", "zeek-k8s"),
        "without, start": local("none.pcap", "zeek-k8s"),
        "with": local("mix.pcap", "zeek-k8s/detect"),
        "with, start": local("none.pcap", "zeek-k8s/detect"),
    }
    counter = counters.choose(options.folder)

    def measure(name: str) -> float:
        options.say(f"Zeek, {name}, under {counter.name}")
        return counter.measure(commands[name], bench.scratch(name), bench.env)

    with ThreadPoolExecutor(counter.at_a_time) as pool:
        cost = dict(zip(commands, pool.map(measure, commands), strict=True))
    base = cost["without"] - cost["without, start"]
    detections = cost["with"] - cost["with, start"]
    told = (bench.scratch("with") / "notice.log").read_text().count("::")
    amount, unit = counter.large
    read = f"{len(mix.frames)} packets, {len(found)} captures x {rounds}, by"
    return [
        Figure(read, counter.name),
        Figure("local.zeek and the columns", f"{base / amount:.3f} {unit}"),
        Figure("and all detections", f"{detections / amount:.3f} {unit}"),
        Figure("notices that were told", f"{told}"),
        at_most("ratio", detections / base, INSTRUCTIONS, "{:.4f}"),
    ]
