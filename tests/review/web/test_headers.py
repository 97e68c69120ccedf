from starlette.datastructures import MutableHeaders

from weaklabel.review.web._headers import add_security_headers


def with_headers(**given):
    headers = MutableHeaders(given)
    add_security_headers(headers)
    return headers


def test_scripts_styles_and_pictures_come_from_here_and_nothing_else_comes_at_all():
    policy = dict(
        part.split(" ", 1) for part in with_headers()["content-security-policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_a_route_cannot_loosen_the_policy():
    loose = {"content-security-policy": "default-src *", "x-content-type-options": "sniff"}
    headers = with_headers(**loose)
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_nothing_is_kept_by_caches_unless_the_route_says_so():
    assert with_headers()["cache-control"] == "no-store"
    assert with_headers(**{"cache-control": "no-cache"})["cache-control"] == "no-cache"


def test_other_origins_see_no_page_and_get_no_referrer():
    headers = with_headers()
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
