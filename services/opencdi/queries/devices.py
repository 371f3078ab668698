"""How long a device has been in place, as the notes tell it (DOMAIN D-08, D-73): no feed of ours reports insertion and removal.

A device is in place from the first note that names it to the last, as long as no note says that there is none and no pause is longer
than two days.  Days are calendar days, the first one counted (NHSN).  Copied text shows nothing: it goes on naming what was removed.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from opencdi.queries.chart import Chart
from opencdi.queries.evidence import Cited, Sign
from opencdi.queries.feed_conditions import OnDevice
from opencdi.queries.told import Mention

NOT_NAMED: Final = timedelta(hours=48)
"""Nurses chart a device each shift; what nobody names for two days is taken to be out."""


def on_device(condition: OnDevice, chart: Chart) -> Iterator[Sign]:
    """Each note that names the device once it has been in for so many days; the first note and this one are cited."""
    for device in condition.devices:
        first: Mention | None = None
        last: Mention | None = None
        for mention in chart.mentions(device):
            if mention.copied or mention.temporality != "current":
                continue
            if mention.ruled_out:
                first = last = None
            elif mention.affirmed:
                if first is None or last is None or mention.at.at - last.at.at > NOT_NAMED:
                    first = mention
                last = mention
                if (last.at.at.date() - first.at.at.date()).days + 1 >= condition.calendar_days:
                    told = (first,) if first is last else (first, last)
                    yield Sign(last.at.at, tuple(Cited(device, one) for one in told))
