"""Narrative: the words of HTML, of a section's XHTML and of CDA's own tags, laid out in lines as they are shown."""

import re
from html import unescape

_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|([^<]+|<)")  # never looks back: 8 MiB of "<" are read in one pass
_DECLARED = re.compile(r"<[!?][A-Za-z][^<>]*>")  # <!DOCTYPE html>, <?xml …?>
_HTML = re.compile(
    r"\A\s*(?:<[!?][A-Za-z][^<>]{0,300}>\s*)*<(?:html|head|body|div|table|p|h[1-6]|span|font|b|pre|style|meta|title|ul|center)[\s/>]",
    re.IGNORECASE,
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = frozenset({
    "address", "blockquote", "caption", "dd", "div", "dl", "dt", "footnote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "item", "li",
    "list", "ol", "p", "paragraph", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNSAID = frozenset({"head", "script", "style"})


def is_html(text: str) -> bool:
    """Whether these words are wrapped in HTML: they begin with one of its tags, or with a declaration of XML that is no CDA."""
    return text[:64].lstrip()[:1] == "<" and (_HTML.match(text) is not None or text.lstrip().startswith("<?xml"))


def text_of_xhtml(div: str) -> str:
    """The text a reader sees: a line a block, cells apart by tabs, `pre` as it stands."""
    said: list[str] = []
    broken, preformatted, unsaid = False, 0, 0

    def say(text: str) -> None:
        nonlocal broken
        if broken and said and not said[-1].endswith("\n"):
            said.append("\n")
        broken = False
        said.append(text)

    for closing, tag, words in _TOKEN.findall(_DECLARED.sub("", _without_comments(div))):
        name = tag.lower()
        if name in _UNSAID:
            unsaid = max(0, unsaid + (-1 if closing else 1))
        elif name == "br" and not closing:
            say("\n")
        elif name in _BLOCKS:
            broken = True
            if name == "pre":
                preformatted = max(0, preformatted + (-1 if closing else 1))
        elif name in _CELLS and not closing and said and not broken:
            say("\t")
        elif words and not unsaid:
            text = unescape(words)
            if not preformatted:
                text = _SPACE.sub(" ", text)
                text = text.lstrip(" ") if broken or not said or said[-1][-1] in " \t\n" else text
            if text:
                say(text)
    return "".join(said)


def _without_comments(text: str) -> str:
    before, *rest = text.split("<!--")
    return before + "".join(piece.partition("-->")[2] for piece in rest)
