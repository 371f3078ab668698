"""What lies on a bus now, read once to its end: for commands, and for who starts and asks what was said before."""

from collections.abc import Iterable, Iterator, Mapping

from opencdi.bus.bus import Bus, Delivered, OutOfStep, Place
from opencdi.events.topics import Topic

_PATIENCE_S = 10.0


def everything(bus: Bus, topics: Iterable[Topic], since: Mapping[Place, int] | None = None) -> Iterator[Delivered]:
    """What lies on these topics now, from these positions on."""
    wanted, start = list(topics), since or {}
    left = {place: end for place, end in bus.ends(wanted).items() if start.get(place, 0) < end}
    reader = bus.reader(wanted, start)
    try:
        while left and (batch := reader.poll(timeout_s=_PATIENCE_S)):
            for delivered in batch:
                yield delivered
                place = (delivered.topic, delivered.partition)
                if place in left and delivered.position + 1 >= left[place]:
                    del left[place]
    finally:
        reader.close()


def first_from(bus: Bus, topic: Topic, partition: int, position: int) -> Delivered | None:
    """The first record of that partition at this position or after it; None where there is none, or what stood there is no longer kept."""
    place, ends = (topic.name, partition), bus.ends([topic])
    if position >= ends.get(place, 0):
        return None
    reader = bus.reader([topic], {**ends, place: position})
    try:
        while told := reader.poll(1, _PATIENCE_S):  # one at a time: records are as large as their messages
            if (told[0].topic, told[0].partition) == place:
                return told[0]
    except OutOfStep:
        pass
    finally:
        reader.close()
    return None
