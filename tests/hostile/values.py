"""What somebody sends who means no good: texts, bytes, JSON, headers, whole bodies."""

import json
from random import Random
from urllib.parse import quote_from_bytes, urlencode

from tests.authenticator import Passkey

TEXTS = [
    *("", " ", "0", "-1", "1", "00", "1e999", "NaN", "-inf", "٣", "²", "9" * 30, "-" + "9" * 30),
    *("2147483648", "9223372036854775808", "1.5", "True", "null", "None", "[]", "{}", "()"),
    *("\0", "a\0b", "\x1b[2J", "\r\nX-Injected: yes", "\u202e李明", "\u200b"),
    *("\u3164", "\U000e0041"),
    *("\ufeff", "\ufffe", "🜚" * 40, "e\u0301" * 50, "ﷺ" * 30, "İ", "ß", "K", "\u2028"),
    *("'", '"', "';--", "%", "%s", "%(x)s", "{0}", "{{ 7|add:7 }}", "<script>", "\\", "\\0", "$x"),
    *("../../etc/passwd", "//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\x"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "10000-01-01", "24:61", "2026-11-23T10:00"),
    *("__all__", "__class__", "pk__in", "id", "password", "all", "yes", "draft", "contract"),
    *("00000000-0000-0000-0000-000000000000", "x" * 81, "x" * 5_000, "一" * 5_000, "a,b;c|d"),
]
# As they stand in a request: also what is no text.
BYTES = [
    *(b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf8\x88\x80\x80\x80", b"%", b"%zz", b"%u0041"),
    *(b"%00", b"a%00b", b"%ED%A0%80", b"%FF", b"\x80" * 20, b"&&&===", b";", b"+" * 30, b"%2500"),
]
ENCODINGS = [
    *("utf-8", "UTF8", "ascii", "utf-7", "utf-16", "utf-32", "utf-8-sig", "idna", "punycode"),
    *("rot13", "hex", "base64", "bz2", "zlib", "uu", "quopri", "unicode_escape", "undefined"),
    *("raw_unicode_escape", "gb18030", "hz", "iso2022_jp_3", "cp037", "latin-1", "mbcs", "oem"),
    *("no-such", "", "../utf-8", "x" * 300, "utf-8;q=1", "string_escape", "palmos", '"utf-8'),
]
TYPES = [
    *("application/x-www-form-urlencoded", "multipart/form-data", "application/json"),
    *("multipart/form-data; boundary=b", "multipart/form-data; boundary=", "text/plain"),
    *("multipart/form-data; boundary=\xff", f"multipart/form-data; boundary={'b' * 300}"),
    *("multipart/mixed; boundary=b", "", "x", "/", "application/x-www-form-urlencoded; a*=b'c'%ff"),
]
JSONS = [
    *("", "null", "true", "0", "-0.0", "1e400", "NaN", "Infinity", '""', '"x"', "[]", "{}", "[[]]"),
    *('"\\u0000"', '"\\ud800"', '{"\\u0000": "\\u0000"}', '{"a": 1, "a": 2}', "[1,", "{", "'x'"),
    *("9" * 5_000, "[" * 100_000, '{"a":' * 5_000, "[" * 500 + "]" * 500, '{"response": 5}'),
    *('{"response": {}}', '{"rawId": [], "response": []}', '{"response": {"clientDataJSON": {}}}'),
]
LEAVES = [None, True, 0, -1, 2**70, 1e300, "", "x", "\0", "\ud800", "A" * 9_000, [], {}, [[]]]
# What gunicorn lets through: it refuses controls in headers itself.
HEADERS = {
    "Accept-Language": ["zh", "*", "x" * 500, "en;q=NaN", ",,,;q=", "\xff", "zh-Hans-" + "x" * 99],
    "Cookie": [
        "=",
        "a",
        ";;;",
        'a="\\000"',
        "messages=x",
        'messages="\\000"',
        "django_language=\xff",
    ],
    "X-Forwarded-For": ["", "x", "::1", "1.2.3.4, 5.6.7.8", "\xff", "a" * 999, "[::1]:80"],
    "X-Forwarded-Proto": ["https", "x", ""],
    "If-None-Match": ['"', "*", 'W/"', '"x", "', "\xff"],
    "If-Modified-Since": ["x", "Mon, 99 Foo 9999 99:99:99 GMT", "Mon, 01 Jan 0000 00:00:00 GMT"],
    "Range": ["bytes=-", "bytes=9-1", "x"],
    "HX-Request": ["true", "\xff"],
    "HX-Current-URL": ["%", "http://[", "\xff", "//"],
    "HX-Target": ["%00x", "%ff"],
    "HX-Prompt": ["%ff", "\xff"],
    "Referer": ["http://[", "//", "\xff", "http://localhost:99999/"],
    "Origin": ["null", "http://[", "\xff", "http://localhost:99999"],
    "Host": ["localhost", "[", "localhost:99999", "evil.example", "", "\xff", "localhost:x"],
    "User-Agent": ["", "x" * 4_000, "\xff", "\u202e".encode().decode("latin-1")],
    "Accept-Encoding": ["gzip", "gzip;q=x", "*"],
    "Accept": ["application/json", "x", "*/*;q=x"],
    "Content-Length": ["-1", "x", "9" * 30, "1"],
    "Transfer-Encoding": ["chunked"],
}
# Parameters that no page of ours links to, but that Django and allauth read.
KEYS = [
    *("next", "q", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "page"),
    *("term", "app_label", "model_name", "field_name", "_facets", "pop", "id__exact", "check"),
    *("download", "process", "code", "status__in", "answers__contains", "signed_from__gte"),
]


def text(random: Random) -> str:
    return random.choice(TEXTS)


def token(random: Random) -> bytes:
    """A value as it stands in an address or a form's body."""
    if random.random() < 0.3:
        return random.choice(BYTES)
    return quote_from_bytes(text(random).encode("utf-8", "surrogatepass")).encode()


def query(random: Random, known: list[str]) -> bytes:
    keys = [random.choice(known or KEYS) if random.random() < 0.6 else random.choice(KEYS)]
    keys += random.choices(KEYS, k=random.randrange(3))
    return b"&".join(key.encode() + b"=" + token(random) for key in keys)


def content_type(random: Random) -> str:
    kind = random.choice(TYPES)
    if random.random() < 0.5:
        name = random.choice(("charset", "charset", "charset*", "x"))
        value = random.choice(ENCODINGS)
        kind += f"; {name}={value}''x" if name == "charset*" else f"; {name}={value}"
    return kind


def headers(random: Random) -> dict[str, str]:
    chosen = random.sample(sorted(HEADERS), random.randrange(1, 4))
    return {name: random.choice(HEADERS[name]) for name in chosen}


def credential(random: Random) -> str:
    """What a passkey might answer, with one part of it bent; or JSON of another shape."""
    if random.random() < 0.4:
        return random.choice(JSONS)
    made = Passkey()
    answer = made.register() if random.random() < 0.5 else made.answer(bytes(32))
    for _bend in range(random.randrange(1, 3)):
        _bend_one(random, answer)
    return json.dumps(answer)


def _bend_one(random: Random, tree: dict) -> None:
    node, keys = tree, sorted(tree)
    key = random.choice(keys)
    while isinstance(node.get(key), dict) and node[key] and random.random() < 0.8:
        node = node[key]
        key = random.choice(sorted(node))
    if random.random() < 0.2:
        del node[key]
    else:
        node[key] = random.choice(LEAVES)


def body(random: Random, fields: list[tuple[str, str]]) -> tuple[str, bytes]:
    """The page's own form with some of its fields bent, or something that is no form at all."""
    if not fields or random.random() < 0.25:
        return content_type(random), _no_form(random)
    bent = [
        (name, credential(random) if name in ("credential", "assertion") else value)
        for name, value in fields
    ]
    for at in random.sample(range(len(bent)), min(len(bent), random.randrange(1, 4))):
        bent[at] = (bent[at][0], text(random))
    if random.random() < 0.3:
        bent += random.choices(bent, k=3)
    if random.random() < 0.4:
        return _multipart(random, bent)
    return "application/x-www-form-urlencoded", urlencode(bent, errors="surrogatepass").encode()


def _multipart(random: Random, fields: list[tuple[str, str]]) -> tuple[str, bytes]:
    parts = []
    for name, value in fields:
        extra = random.choice(
            ("", "", "", '; filename="x\0"', "; filename*=utf-9''x", '; filename=""', "; a")
        )
        kind = f"\r\nContent-Type: {content_type(random)}" if random.random() < 0.2 else ""
        head = f'--b\r\nContent-Disposition: form-data; name="{name}"{extra}{kind}\r\n\r\n'
        parts.append(head.encode("latin-1", "replace") + value.encode("utf-8", "surrogatepass"))
    end = random.choice((b"\r\n--b--\r\n", b"\r\n--b--\r\n", b"", b"\r\n--b"))
    charset = f"; charset={random.choice(ENCODINGS)}" if random.random() < 0.2 else ""
    return f"multipart/form-data; boundary=b{charset}", b"\r\n".join(parts) + end


def _no_form(random: Random) -> bytes:
    return random.choice(
        (
            random.choice(JSONS).encode(),
            b"&".join(token(random) + b"=" + token(random) for _each in range(4)),
            random.choice(BYTES) * 50,
            random.randbytes(200),
            b"a=1&" * 3_000,
            b"--b\r\nContent-Disposition: form-data; name=x; filename*=no-such''y\r\n\r\n\r\n--b--",
            b"",
        )
    )
