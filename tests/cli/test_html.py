"""Markup that texts cannot break."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from realtime_voice.cli._html import Html, join, tag


class Reader(HTMLParser):
    """Collects what a parser sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    """Parse some markup."""
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


def test_text_is_escaped_and_markup_is_not() -> None:
    """Only what tag() made is markup."""
    inner = tag("b", "1 < 2")
    assert tag("p", inner, " & more", None) == "<p><b>1 &lt; 2</b> &amp; more</p>"
    assert isinstance(inner, Html)
    assert join("<", inner) == "&lt;<b>1 &lt; 2</b>"


def test_attributes() -> None:
    """Names get hyphens, values are escaped, None is left out, empty ones are bare."""
    assert tag("a", class_="x", aria_label='say "hi"', data_from=1.5, hidden="", id=None) == (
        '<a class="x" aria-label="say &quot;hi&quot;" data-from="1.5" hidden></a>'
    )
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'


@given(st.text())
def test_no_text_becomes_a_tag_or_an_attribute(text: str) -> None:
    """Whatever the text is, a parser sees one element with that text."""
    seen = read(tag("p", text, title=text))
    assert [name for name, _ in seen.tags] == ["p"]
    assert set(seen.tags[0][1]) <= {"title"}
    visible = "".join(character for character in text if character.isalnum())
    assert "".join(character for character in seen.text if character.isalnum()) == visible


def test_what_html_forbids_is_replaced() -> None:
    """Control characters and lone surrogates would make the page invalid or unwritable."""
    assert tag("p", "a\x00b\x1bc\ud800d") == "<p>a\ufffdb\ufffdc\ufffdd</p>"
