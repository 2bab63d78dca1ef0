"""Splunk and Sumo Logic: what arrives at a real HTTP server, and what its answers mean."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from sessionlens_recorder.config.sinks import HttpSink
from sessionlens_recorder.sinks.endpoints import SinkError, SinkRefused
from sessionlens_recorder.sinks.make import make_endpoint

from .receivers import Collector, Request, http, make_certificates, opened, told


def test_splunk(tmp_path: Path) -> None:
    ca_file, context = make_certificates(tmp_path)
    collector, events = Collector(context=context), told(300)
    with opened(collector):
        endpoint = http(tmp_path, f"https://127.0.0.1:{collector.port}", ca_file=ca_file)
        assert endpoint.send(events) == 'HTTP 200 OK {"text":"Success","code":0}'
        (request,) = collector.requests
        assert request.path == "/services/collector/event"
        assert request.headers["Authorization"] == "Splunk s3cret"
        first = request.events()[0]
        assert first == {
            "time": pytest.approx(time.time(), abs=60),
            "host": "gate",
            "source": "sessionlens",
            "sourcetype": "sessionlens:event",
            "index": "bastions",
            "event": events[0],
        }
        assert collector.accepted == events
        endpoint.close()


def test_sumo_logic(tmp_path: Path) -> None:
    collector, events = Collector(answer=lambda request: (200, "")), told(300)
    with opened(collector):
        url = f"http://127.0.0.1:{collector.port}/receiver/v1/http/ZaVnC4dhaV2=="
        endpoint = http(tmp_path, None, "sumo", secret=url)
        assert endpoint.send(events) == "HTTP 200 OK"
        (request,) = collector.requests
        assert request.path == "/receiver/v1/http/ZaVnC4dhaV2=="
        assert request.headers["Content-Encoding"] == "gzip"
        assert [json.loads(line) for line in request.body.splitlines()] == events
        endpoint.close()


def test_a_connection_that_the_collector_has_closed_is_opened_anew(tmp_path: Path) -> None:
    collector, events = Collector(), told(2)
    with opened(collector):
        endpoint = http(tmp_path, f"http://127.0.0.1:{collector.port}")
        endpoint.send(events[:1])
        port = collector.port
    again = Collector(port)
    with opened(again):
        endpoint.send(events[1:])
        assert again.accepted == events[1:]
        endpoint.close()


@pytest.mark.parametrize(
    ("status", "text", "refused"),
    [
        (503, '{"text":"Server is busy","code":9}', False),
        (403, '{"text":"Invalid token","code":4}', False),
        (400, '{"text":"Incorrect index","code":7}', False),
        (400, '{"text":"Data channel is missing","code":10}', False),
        (400, '{"text":"Invalid data format","code":6,"invalid-event-number":0}', True),
        (413, "too large", True),
        (302, "", False),
        (204, "", False),
    ],
)
def test_what_a_collector_answers_is_told(tmp_path: Path, status: int, text: str, refused: bool) -> None:
    collector = Collector(answer=lambda request: (status, text), headers={"Retry-After": "7"})
    with opened(collector):
        endpoint = http(tmp_path, f"http://127.0.0.1:{collector.port}")
        with pytest.raises(SinkError) as caught:
            endpoint.send(told())
        assert isinstance(caught.value, SinkRefused) == refused
        assert f"HTTP {status}" in str(caught.value) and text in str(caught.value)
        assert refused or caught.value.after == 7.0
        endpoint.close()


def test_a_token_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    def check(request: Request) -> tuple[int, str]:
        good = request.headers["Authorization"] == "Splunk new"
        return (200, "{}") if good else (403, '{"text":"Invalid token","code":4}')

    collector = Collector(answer=check)
    with opened(collector):
        endpoint = http(tmp_path, f"http://127.0.0.1:{collector.port}", secret="old")
        with pytest.raises(SinkError, match="Invalid token"):
            endpoint.send(told())
        (tmp_path / "secret").write_text("new\n")
        assert endpoint.send(told()) == "HTTP 200 OK {}"
        endpoint.close()


def test_secrets_that_others_can_read_and_urls_in_the_clear_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has to begin with https"):
        http(tmp_path, "http://collector.example.org:8088")
    with pytest.raises(ValueError, match="https://HOST") as caught:
        http(tmp_path, None, "sumo", secret="nonsense-secret")
    assert "nonsense-secret" not in str(caught.value)
    (tmp_path / "secret").chmod(0o644)
    sink = HttpSink("h", (), "splunk", "https://a", None, tmp_path / "secret", None, None)
    with pytest.raises(ValueError, match="others can use"):
        make_endpoint(sink)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:1/receiver/v1/http/SECRET x",
        "https://127.0.0.1:SECRET/receiver",
        "https://[SECRET/receiver",
        "https://SECRET\u2100x/receiver",
    ],
)
def test_a_url_that_is_none_is_not_repeated(tmp_path: Path, url: str) -> None:
    """The secret may be in it, and what is told goes to the log and to the other sinks."""
    endpoint = http(tmp_path, None, "sumo", secret="https://127.0.0.1:1/receiver")
    (tmp_path / "secret").write_text(url, "utf-8")
    with pytest.raises(SinkError) as caught:
        endpoint.send(told())
    assert "SECRET" not in str(caught.value)
