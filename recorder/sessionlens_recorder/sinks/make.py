"""From a sink's section of the configuration to what sends."""

from __future__ import annotations

from functools import partial

from sessionlens_recorder.checks import check_private
from sessionlens_recorder.config.sinks import FileSink, HttpSink, Sink, SyslogSink
from sessionlens_recorder.sinks.endpoints import Endpoint, tls_context
from sessionlens_recorder.sinks.file import Lines
from sessionlens_recorder.sinks.http import Collector, check_url, read_secret
from sessionlens_recorder.sinks.transports import Datagrams, Stream


def make_endpoint(sink: Sink) -> Endpoint:
    """Nothing is sent yet. Raises ValueError or OSError if a file that it needs cannot be used."""
    if isinstance(sink, FileSink):
        return Lines(sink.path)
    if isinstance(sink, HttpSink):
        return _collector(sink)
    return _syslog(sink)


def _syslog(sink: SyslogSink) -> Endpoint:
    if sink.transport == "udp":
        return Datagrams(sink.address, sink.facility, sink.sd_id)
    if sink.certificate_key is not None:
        check_private(sink.certificate_key)
    tls = sink.transport == "tls"
    context = tls_context(sink.ca_file, sink.certificate, sink.certificate_key) if tls else None
    return Stream(sink.address, sink.facility, sink.sd_id, context)


def _collector(sink: HttpSink) -> Endpoint:
    url = partial(read_secret, sink.url_file) if sink.url_file else partial(str, sink.url)
    token = partial(read_secret, sink.token_file) if sink.token_file else None
    check_url(url())
    if token is not None:
        token()
    return Collector(sink.format, url, token, tls_context(sink.ca_file), sink.index)
