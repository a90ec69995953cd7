"""Records stay within Kafka's limits and within their time, and nothing is left out of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.delivery import Delivery
from collectors.packing import Packer
from collectors.stats import Stats
from collectors.transport import NotDeliveredError
from schemas.codec import unpack
from schemas.contracts import Change, Gap
from tests.collectors.objects import NOW, PODS, pod, see


def change(number: int, filling: int = 0) -> Change:
    return see(PODS, pod(number, metadata={"annotations": {"filling": "x" * filling}}))


def versions(records: list[bytes]) -> list[int]:
    return [
        each.resource_version for record in records for each in unpack(record) if isinstance(each, Change)
    ]


def test_a_record_is_closed_at_two_hundred_inputs() -> None:
    packer = Packer()
    records = [record for number in range(1, 451) for record in packer.add(change(number), 0.0)]
    assert [len(versions([record])) for record in records] == [200, 200]
    assert versions([*records, *packer.close()]) == list(range(1, 451))


def test_a_record_is_closed_when_it_has_waited_long_enough() -> None:
    packer = Packer()
    packer.add(change(1), 10.0)
    packer.add(change(2), 10.15)
    assert packer.due(10.19) == []
    assert versions(packer.due(10.21)) == [1, 2]
    assert packer.due(99.0) == []


@given(sizes=st.lists(st.integers(0, 400_000), max_size=12))
def test_no_record_is_larger_than_its_bound_or_its_one_object(sizes: list[int]) -> None:
    packer = Packer()
    records = [r for number, size in enumerate(sizes, 1) for r in packer.add(change(number, size), 0.0)]
    records += packer.close()
    assert versions(records) == list(range(1, len(sizes) + 1))
    for record in records:
        assert len(record) <= 256 * 1024 or record.count(b"\n") == 1


class Memory:
    """A transport into a list, which can be full for a while."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.flushed = False
        self.broken = False

    async def send(self, record: bytes) -> None:
        if self.broken:
            raise NotDeliveredError("1 record is not delivered")
        self.records.append(record)

    async def flush(self) -> None:
        self.flushed = True


async def test_delivery_keeps_the_order_lingers_and_leaves_nothing_behind() -> None:
    now, memory, stats = 0.0, Memory(), Stats()
    delivery = Delivery(memory, Packer(), stats, lambda: now)
    await delivery([change(1), change(2)])
    assert memory.records == []
    now = 0.3
    await delivery.linger()
    assert versions(memory.records) == [1, 2]
    gap = Gap(cluster="lab", resource="*", observed_at=NOW, since=NOW, until=NOW, reason="x")
    await delivery([gap, change(3)])
    await delivery.close()
    assert versions(memory.records) == [1, 2, 3]
    assert memory.flushed
    assert stats.records == len(memory.records)
    assert stats.record_bytes == sum(map(len, memory.records))


async def test_a_record_that_was_not_taken_is_sent_again_before_the_next() -> None:
    memory = Memory()
    delivery = Delivery(memory, Packer(most_inputs=1), Stats(), lambda: 0.0)
    memory.broken = True
    with pytest.raises(NotDeliveredError):
        await delivery([change(1)])
    memory.broken = False
    await delivery([change(2)])
    assert versions(memory.records) == [1, 2]
