"""What a reflector takes from the world, so that tests can give it another."""

import asyncio
import random as random_module
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from k8s_sync.kube.backoff import Timing

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Randomness, time, and the numbers to go by.

    Attributes:
        random: Gives 0 to 1.
        clock: Gives seconds that never go back.
        sleep: Waits for seconds.
        timing: How long things may take.
        page_size: Objects per page, where pages are needed.
    """

    random: Callable[[], float] = random_module.random
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    timing: Timing = field(default_factory=Timing)
    page_size: int = PAGE_SIZE
