"""Who listens, and how often."""

from __future__ import annotations

import asyncio

import pytest

from tilth.contract.maintenance import StatusInfo
from tilth.contract.principal import Principal, Role
from tilth.errors import Unavailable
from tilth.webapi import news
from tilth.webapi.news import Broadcast

STATUS = StatusInfo(True, None, 0, 0, 0, 0, 0)


def test_one_user_cannot_take_the_connections_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_OF_ONE", 3)
    greedy, other = Principal("ann", Role.LABELER, "w1"), Principal("bob", Role.READER, "w2")

    async def listen() -> None:
        broadcast = Broadcast(lambda after: ((), STATUS))
        first, *_ = [(await broadcast.join(greedy, None))[0] for _ in range(3)]
        with pytest.raises(Unavailable, match="ann listens 3 times already"):
            await broadcast.join(greedy, None)
        kept = [(await broadcast.join(other, None))[0]]
        broadcast.leave(first)
        kept.append((await broadcast.join(greedy, None))[0])
        assert len(kept) == 2

    asyncio.run(listen())
