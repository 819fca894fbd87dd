"""HTML of students, made harmless: what is left holds no script, style, form, link, or address outside the page.

It is the last thing that touches a student's HTML before a page holds it; nothing may be put into its result.
"""

import re
from collections.abc import Mapping

import nh3

PROSE = frozenset(
    """b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s samp
    small span strong sub summary sup table tbody td tfoot th thead tr u ul var""".split()  # noqa: SIM905
)
MATHEMATICS = frozenset(
    """math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace
    msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none""".split()  # noqa: SIM905
)
ATTRIBUTES = {
    "img": {"src", "alt"},
    "math": {"display"},
    "mi": {"mathvariant"},
    "mo": {"stretchy", "fence", "accent", "largeop", "movablelimits"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "mfrac": {"linethickness"},
    "mspace": {"width"},
    "mtable": {"columnalign"},
    "mtd": {"columnalign"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
SIZES = re.compile(r"-?[\w. ]{1,40}")  # of all other attributes
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/\s]+=*\s*")
MAX_PICTURE, MAX_ALT = 4 << 20, 200  # characters
DROPPED_WHOLE = {"script", "style", "title", "textarea", "noscript", "template", "iframe", "object", "svg", "select"}

Pictures = Mapping[str, str]  # {address in the notebook: data URI}


def sanitized(markup: str, pictures: Pictures | None = None) -> str:
    """The harmless part of an HTML text. pictures: what stands for an address; all others are dropped."""

    def allowed(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            value = (pictures or {}).get(value, value)
            return value if len(value) <= MAX_PICTURE and PICTURE.fullmatch(value) else None
        if name == "alt":
            return value[:MAX_ALT]
        return value if SIZES.fullmatch(value) else None

    return nh3.clean(
        markup,
        tags=PROSE | MATHEMATICS,
        clean_content_tags=DROPPED_WHOLE,
        attributes=ATTRIBUTES,
        attribute_filter=allowed,
        url_schemes={"data", "attachment"},
        strip_comments=True,
        link_rel=None,
    )
