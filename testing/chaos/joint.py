"""A stretch of network that can be cut, or that can stop to carry anything."""

import asyncio
import contextlib
import threading


class Joint:
    """Carries connections from a port of its own to another one, on loopback.

    Runs in a thread of its own, so that whoever breaks it may wait for things.
    """

    def __init__(self, target: int) -> None:
        """Begins to listen; `target` may be a port where nobody listens yet."""
        self.port = 0
        self.stall_before_answer = 0
        """If set: stalls by itself before it carries that answer of the target."""
        self._target = target
        self._answers = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._loop = asyncio.new_event_loop()
        begun = threading.Event()
        threading.Thread(target=self._run, args=(begun,), daemon=True).start()
        begun.wait()

    def _run(self, begun: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, "127.0.0.1", 0)
        )
        self.port = server.sockets[0].getsockname()[1]
        begun.set()
        self._loop.run_forever()

    def cut(self) -> None:
        """Breaks all connections off, at whatever byte they are."""

        def abort() -> None:
            for writer in list(self._writers):
                writer.transport.abort()

        self._loop.call_soon_threadsafe(abort)

    def stall(self) -> None:
        """Carries nothing any more; connections stay open."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    @property
    def stalled(self) -> bool:
        """Whether it carries nothing."""
        return not self._flowing.is_set()

    def flow(self) -> None:
        """Carries on."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    async def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, there[1]}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._carry(reader, there[1]))
            tasks.create_task(self._carry(there[0], writer, answers=True))
        self._writers -= {writer, there[1]}

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        answers: bool = False,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                self._answers += answers
                if answers and self._answers == self.stall_before_answer:
                    self._flowing.clear()
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
