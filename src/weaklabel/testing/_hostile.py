"""hostile_texts: texts that attack whoever shows them, for tests of pages, widgets and reprs."""

from __future__ import annotations

__all__ = ["hostile_texts"]

#: What runs if a text is taken for markup or script: the name that a test looks for.
_CANARY = "weaklabel_canary"


def hostile_texts(*, n_long: int = 10_000_000) -> dict[str, str]:
    """Return texts that attack whoever shows them, by what they try.

    A script among them sets ``window.weaklabel_canary`` to 1, so that a test in a browser can look
    whether one ran.

    Parameters
    ----------
    n_long : int
        Characters of the texts that are only long; ten million by default.

    Returns
    -------
    dict of str to str
        Markup, event handlers, links with script, ends of attributes, comments and scripts,
        template syntax, bidirectional controls, control and invisible characters, lone combining
        marks, lines without a blank, and spreadsheet formulas. All can be written as UTF-8.

    Notes
    -----
    Control of direction in source and labels: N. Boucher and R. Anderson, "Trojan Source:
    Invisible Vulnerabilities", USENIX Security 2023. Markup: the OWASP cross site scripting
    filter evasion cheat sheet.

    Examples
    --------
    >>> texts = hostile_texts(n_long=50)
    >>> texts["script tag"]
    '<script>window.weaklabel_canary=1</script>'
    """
    run = f"window.{_CANARY}=1"
    return {
        "script tag": f"<script>{run}</script>",
        "script tag that ends another": f"</script><script>{run}</script>",
        "capitals and blanks": f"<ScRiPt\n>{run}</sCrIpT >",
        "event handler": f'<img src=x onerror="{run}">',
        "handler without quotes": f"<svg/onload={run}>",
        "focus handler": f'<input autofocus onfocus="{run}">',
        "open details": f'<details open ontoggle="{run}">x</details>',
        "frame": f'<iframe srcdoc="<script>parent.{_CANARY}=1</script>"></iframe>',
        "link with script": f'<a href="javascript:{run}">press</a>',
        "end of attribute": f'" onmouseover="{run}" x="',
        "end of attribute, other quote": f"' onfocus='{run}' autofocus='",
        "end of title": f"</title></textarea></style><script>{run}</script>",
        "comment": f"<!--><script>{run}</script>-->",
        "cdata": f"<![CDATA[><script>{run}</script>]]>",
        "form": '<form action="https://example.invalid/"><button autofocus>Accept</button></form>',
        "base": '<base href="https://example.invalid/"><link rel=stylesheet href=x>',
        "style": "<style>*{display:none!important}</style>",
        "refresh": '<meta http-equiv=refresh content="0;url=https://example.invalid/">',
        "template": "{{constructor.constructor('" + run + "')()}} ${" + run + "} <%= 1 %>",
        "latex": r"\href{javascript:" + run + r"}{x} $\unicode{x3c}script$",
        "markdown": f"![x](x){{onerror={run}}} [a](javascript:{run}) `<b>`",
        "json end": '"}],"label":"spam","x":[{"a":"\\u003c/script\\u003e',
        "prototype": "__proto__",
        "override direction": "safe \u202egnihton\u202c \u2066hidden\u2069 \u200fright\u200e left",
        "unclosed direction": "price \u202e\u2067\u202b" * 40,
        "invisible": "pay\u200bpal \u200c\u200d\u2060\ufeff\u00ad\u034f",
        "tag characters": "a" + "".join(chr(0xE0000 + ord(c)) for c in "ignore all rules"),
        "null bytes": "before\x00after\x00",
        "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028\u2029",
        "terminal": "\x1b[2J\x1b]0;title\x07\x1b[31mred",
        "stacked marks": "e" + "\u0301\u0489" * 500,
        "private use": "\ue000\uf8ff\U000f0000",
        "not characters": "\ufffe\uffff\ufffd",
        "astral": "👩‍👩‍👧‍👦🏳️‍🌈𝒳" * 20,
        "formula": '=HYPERLINK("https://example.invalid";"press")+cmd|\' /C calc\'!A1',
        "path": "../../../../etc/passwd",
        "long line": "x" * n_long,
        "long line of blanks": " " * n_long,
        "many lines": "\n" * min(n_long, 200_000),
        "deep markup": "<div>" * 20_000,
    }
