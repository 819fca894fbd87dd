"""The formula of q6a, seen: the student's own products as mathematics, and as paths on figure 6.

Students receive this file. It shows what `derivation.py` reads off a function and says in words, and nothing beyond
that: a product about which the words are silent is drawn, and not called right; of a missing path only its start.
"""

import html
from pathlib import Path

import screen
from advice import CheckFailed
from derivation import ENDS, check_paths, ends_of, terms

FIGURE = Path(__file__).with_name("figures") / "lstm_partials.svg"
PLACE = '<g id="lstm_partials-paths"/>'  # in the figure, below its labels
LATEX = {
    "dJ_dh": r"\frac{\partial J}{\partial h_t}",
    "dh_dhprev": r"\frac{\partial h_t}{\partial h_{t-1}}",
    "dhprev_dWg": r"\frac{\partial h_{t-1}}{\partial W^g}",
    "dh_dC": r"\frac{\partial h_t}{\partial C_t}",
    "dC_dWg": r"\frac{\partial C_t}{\partial W^g}",
    "dC_dCprev": r"\frac{\partial C_t}{\partial C_{t-1}}",
    "dCprev_dWg": r"\frac{\partial C_{t-1}}{\partial W^g}",
    "dh_do": r"\frac{\partial h_t}{\partial o_t}",
}
# From the loss back to W^g: the order in which factors of one path are written.
ORDER = ("dJ_dh", "dh_dhprev", "dh_do", "dh_dC", "dC_dCprev", "dhprev_dWg", "dCprev_dWg", "dC_dWg")
LINES = {  # where each factor lies on figure 6, along the arrows of the cell and around its boxes
    "dJ_dh": "M668,318 V300",
    "dh_dhprev": "M58,354 C104,388 420,380 529,400 M603,396 C630,384 642,372 656,354",
    "dhprev_dWg": "M52,300 V318",
    "dh_do": "M484,194 H566 V336 H638",
    "dh_dC": "M566,80 V336 H638",
    "dC_dCprev": "M82,80 H566",
    "dCprev_dWg": "M52,114 V98",
    "dC_dWg": "M388,105 V80 H566",
}
LABELS = {  # the middle of each factor's label on figure 6
    "dJ_dh": (668, 278),
    "dh_dhprev": (566, 404),
    "dhprev_dWg": (52, 278),
    "dh_dC": (640, 166),
    "dC_dWg": (388, 127),
    "dC_dCprev": (290, 80),
    "dCprev_dWg": (52, 136),
    "dh_do": (482, 166),
}
SYMBOLS = {"dhprev_dWg": "h_{t-1}", "dCprev_dWg": "C_{t-1}", "dC_dWg": r"\tilde C_t"}  # through which each end leads
COLOURS, WRONG = ("#111111", "#0072B2", "#009E73", "#7A5195"), "#B00020"
MAX_PRODUCTS = 6
GAP, LINE = 5, 24  # between paths side by side, and between the lines of the list below
WIDTH, HEIGHT = 720, 446  # of figure 6


class Product:
    """A product that the answer adds up.

    factors: their names, from J back to W^g. coefficient: how often it is counted. remark: what the check's words say
    against it, or "". colour: red where there is a remark.
    """

    def __init__(self, number, factors, coefficient, remark):
        self.number, self.coefficient, self.remark = number, coefficient, remark
        self.factors = sorted(factors, key=ORDER.index)
        self.colour = WRONG if remark else COLOURS[number % len(COLOURS)]

    def __str__(self):
        return f"{self.number}: {' * '.join(self.factors) or 'a number'} {self.remark or 'is in your formula'}"


def show_paths(function):
    """Show the formula of dJ_dWg and its paths, and say what the check says. True where that finds
    every path of the last step once.

    Raises CheckFailed where no formula can be read off.
    """
    found, right = terms(function), True
    try:
        check_paths(function)
    except CheckFailed as failure:
        screen.say(str(failure))
        right = False
    products, missing = read(found)
    if right:
        screen.say("dJ_dWg: of the last step, every path from W^g to J occurs once.")
    if 0 < len(products) <= MAX_PRODUCTS:
        screen.formula(in_latex(products, missing))
        if FIGURE.is_file():
            screen.drawing(drawn(products, missing), in_words(products, missing))
    return right


def read(found):
    """(products, the arrays in which a path that is missing ends) of what `terms` found."""
    ends = {factors: ends_of(factors) for factors in found}
    number_of_ends = {end: list(ends.values()).count([end]) for end in ENDS}
    products = []
    for number, (factors, coefficient) in enumerate(found.items(), start=1):
        remark = ""
        if not ends[factors]:
            remark = "is no path"
        elif coefficient != 1:
            remark = f"is counted {coefficient:.3g} times"
        elif number_of_ends[ends[factors][0]] > 1:
            remark = "has the end of another one: one of them at most is a path"
        products.append(Product(number, factors, coefficient, remark))
    return products, [end for end, number in number_of_ends.items() if not number]


def in_words(products, missing):
    """What the picture shows."""
    lines = [*map(str, products), *(f"missing: the path {ENDS[end]}" for end in missing)]
    return f"Figure 6 with the products of your formula as paths. {'. '.join(lines)}."


def in_latex(products, missing):
    """The formula for a step, a product to a line."""
    lines = []
    for product in products:
        factors = r" \, ".join(LATEX[name] for name in product.factors)
        if product.coefficient != 1 or not factors:
            factors = rf"({product.coefficient:.3g})\, {factors}"
        note = rf"\quad \text{{({product.remark})}}" if product.remark else ""
        lines.append(rf"& {factors} {note}")
    lines += [rf"& \boxed{{?}} \quad \text{{(missing: the path through }} {SYMBOLS[end]} \text{{)}}" for end in missing]
    return r"\begin{aligned}" + r" \\ +\; ".join(lines) + r"\end{aligned}"


def drawn(products, missing):
    """Figure 6 with a line for each product, along its factors, and a list of them below: an SVG, as text."""
    below, above = [], []
    for product in products:
        shift = GAP * (product.number - (len(products) + 1) / 2)
        twice = (0, 3) if abs(product.coefficient) > 1 else (0,)
        for more in twice:
            lines = "".join(f'<path d="{LINES[name]}"/>' for name in product.factors)
            place = f'transform="translate({shift + more},{shift + more})"'
            below.append(
                f'<g {place} fill="none" stroke="{product.colour}" stroke-width="3.5" stroke-opacity="0.8">{lines}</g>'
            )
        for name in product.factors:
            x, y = LABELS[name]
            above.append(badge(x - 34 + 17 * (product.number - 1), y - 31, product.number, product.colour))
    for end in missing:
        x, y = LABELS[end]
        frame = f'x="{x - 42}" y="{y - 28}" width="84" height="56" rx="10"'
        above.append(f'<rect {frame} fill="none" stroke="{WRONG}" stroke-width="3" stroke-dasharray="6 5"/>')
        above.append(badge(x + 40, y - 29, "?", WRONG))
    rows = [(product.number, str(product).partition(": ")[2], product.colour) for product in products]
    rows += [("?", f"missing: the path {ENDS[end]}", WRONG) for end in missing]
    for row, (mark, text, colour) in enumerate(rows):
        y = HEIGHT + LINE * (row + 0.5)
        above.append(badge(24, y, mark, colour))
        above.append(f'<text x="42" y="{y + 5}" font-size="14" text-anchor="start">{html.escape(text)}</text>')
    height = HEIGHT + LINE * len(rows) + 8
    svg = FIGURE.read_text(encoding="utf-8").replace(PLACE, "".join(below), 1)
    svg = svg.replace(f'height="{HEIGHT}"', f'height="{height}"', 1).replace(
        f"0 0 {WIDTH} {HEIGHT}", f"0 0 {WIDTH} {height}", 1
    )
    svg = svg.replace(f'height="{HEIGHT - 2}"', f'height="{height - 2}"', 1)
    head, _, _ = svg.rpartition("</g>")
    return head + "".join(above) + "</g></svg>"


def badge(x, y, mark, colour):
    """A small disc with a number in it."""
    text = f'<text x="{x}" y="{y + 4}" font-size="12" fill="#FFFFFF">{mark}</text>'
    return f'<circle cx="{x}" cy="{y}" r="8.5" fill="{colour}" stroke="#FFFFFF"/>{text}'
