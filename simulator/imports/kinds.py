"""All kinds of recordings, by name."""

from collections.abc import Mapping

from simulator.imports.access_log import read_log
from simulator.imports.durations import read_csv
from simulator.imports.har import read_har
from simulator.imports.interface import Kind
from simulator.imports.scrapy_cache import read_scrapy
from simulator.imports.vcr import read_vcr
from simulator.imports.warc import read_warc

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("har", "what browsers, proxies and Playwright save", read_har),
        Kind("warc", "what crawlers and archives write, also gzipped", read_warc),
        Kind("vcr", "cassettes of vcrpy, VCR or betamax", read_vcr),
        Kind("scrapy", "the folder of a spider's HTTP cache", read_scrapy),
        Kind("log", "an access log with $request_time or %D", read_log),
        Kind("csv", "a table of durations", read_csv),
    )
}
