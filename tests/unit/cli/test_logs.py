"""What an exception says may quote a patient's record: a log tells its kind and its place."""

import logging
from collections.abc import Iterator

import pytest
import uvicorn
from pydantic import BaseModel

from opencdi.logs import start_logging


class Weighed(BaseModel):
    kilograms: float


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:], logger.level = handlers, level


def test_the_values_of_an_exception_stay_out_of_the_log(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    uvicorn.Config(app="none", log_level="warning")  # configures logging its own way
    start_logging("INFO", "pages")
    with pytest.raises(ValueError, match="KOWALSKI") as raised:
        Weighed.model_validate({"kilograms": "KOWALSKI, Irena"})
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=raised.value)
    said = capsys.readouterr().err
    assert "ValidationError at" in said
    assert "test_logs.py" in said
    assert "KOWALSKI" not in said.replace('Weighed.model_validate({"kilograms": "KOWALSKI, Irena"})', "")
