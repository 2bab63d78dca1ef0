"""Results as JUnit's XML, which every CI reads: a case for each recording."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from sessionlens.golden.checking import CANNOT, DIFFERS, Result
from sessionlens.visible import visible


def _first(result: Result) -> str:
    """The reason in a line."""
    return "; ".join(
        [*result.remarks, *(d.words for d in result.differences[:1]), *([result.error] * bool(result.error))]
    )


def junit(results: list[Result]) -> bytes:
    """The file. What differs is a failure, what could not be compared an error."""
    codes = [result.code for result in results]
    counts = {
        "tests": len(codes),
        "failures": codes.count(DIFFERS),
        "errors": codes.count(CANNOT),
        "skipped": 0,
    }
    suite = Xml.Element("testsuite", {"name": "sessionlens golden", **{k: str(n) for k, n in counts.items()}})
    for result in results:
        case = Xml.SubElement(suite, "testcase", classname="sessionlens.golden", name=visible(result.name))
        if result.code:
            kind = "failure" if result.code == DIFFERS else "error"
            text = visible(str(result), keep="\n")
            Xml.SubElement(case, kind, message=visible(_first(result))).text = text
        if result.not_compared:
            Xml.SubElement(case, "system-out").text = "\n".join(
                f"not compared: {visible(t)}" for t in result.not_compared
            )
    whole = Xml.Element("testsuites", {k: str(n) for k, n in counts.items()})
    whole.append(suite)
    Xml.indent(whole)
    xml: bytes = Xml.tostring(whole, "utf-8", xml_declaration=True)
    return xml + b"\n"
