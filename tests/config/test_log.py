import json
import logging

import pytest
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from config.log import logging_config
from ethicsreview.accounts.request_id import request_id


@pytest.fixture
def formatter() -> ProcessorFormatter:
    options = dict(logging_config("INFO")["formatters"]["json"])
    return options.pop("()")(**options)


def test_a_line_of_a_library_is_json_with_the_id_of_its_request(formatter: ProcessorFormatter) -> None:
    record = logging.LogRecord("celery.worker", logging.WARNING, "", 0, "重试%s次", (3,), None)

    with request_id("edge-0001"):
        line = json.loads(formatter.format(record))

    assert (line["event"], line["level"], line["logger"], line["request_id"]) == (
        "重试3次",
        "warning",
        "celery.worker",
        "edge-0001",
    )


@pytest.mark.urls("tests.ethicsreview.ui.urls")
def test_a_failure_is_logged_with_its_traceback_and_without_its_path(
    client: Client, caplog: pytest.LogCaptureFixture, formatter: ProcessorFormatter
) -> None:
    client.raise_request_exception = False
    client.get("/fail/broken/")

    record = next(record for record in caplog.records if record.name == "django.request")
    line = json.loads(formatter.format(record))

    assert line["event"] == "Internal Server Error"
    assert "RuntimeError: a secret in a message" in line["exception"]
