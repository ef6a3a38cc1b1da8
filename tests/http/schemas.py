# SPDX-License-Identifier: GPL-2.0-or-later
"""The API's description: one file, true to the routes, and every answer is what its schema says."""
import json
import os
import re

from mmhttp import API, BOARD, Daemon, Tap, check, same

test = Tap()
daemon = Daemon()
run = daemon.run()
other = daemon.post({"board": BOARD, "kernel": "7.2"}).json()["id"]
document = daemon.get(f"{API}/openapi.json").json()
SRCDIR = os.environ.get("SRCDIR", ".")
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}
KNOWN = {"type", "required", "properties", "additionalProperties", "items", "enum", "const", "anyOf", "oneOf", "$ref", "pattern",
         "minimum", "maximum", "minItems", "maxItems", "prefixItems", "$defs", "title", "description", "examples", "format",
         "default", "minLength", "maxLength", "contentMediaType", "contentSchema", "deprecated", "not", "uniqueItems",
         "x-itemSchema", "exclusiveMinimum", "contentEncoding", "dependentRequired", "allOf", "propertyNames"}


def resolve(ref):
    check(ref.startswith("#/"), f"{ref} leaves the file")
    found = document
    for part in ref[2:].split("/"):
        found = found[part]
    return found


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (isinstance(value, bool) and name in ("integer", "number"))


def faults(value, schema, at="$"):
    """Where a value is not what the schema says; our own reader of JSON Schema, so that nothing has to be installed."""
    check(set(schema) <= KNOWN, f"{at}: {set(schema) - KNOWN} is not understood here")
    if "$ref" in schema:
        yield from faults(value, resolve(schema["$ref"]), at)
    names = schema.get("type", list(TYPES))
    if not any(is_type(value, n) for n in ([names] if isinstance(names, str) else names)):
        yield f"{at}: {value!r:.60} is no {names}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r:.60} is none of {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r:.60} does not match {schema['pattern']}"
    if "minimum" in schema and is_type(value, "number") and value < schema["minimum"]:
        yield f"{at}: {value} is below {schema['minimum']}"
    for word in ("anyOf", "oneOf"):
        fits = [s for s in schema.get(word, []) if not any(True for _ in faults(value, s, at))]
        if word in schema and (not fits or (word == "oneOf" and len(fits) != 1)):
            yield f"{at}: {word} fits {len(fits)} times"
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}: {name} is missing"
        for name, member in value.items():
            inner = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
            if inner is False:
                yield f"{at}: {name} is not allowed"
            elif isinstance(inner, dict):
                yield from faults(member, inner, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from faults(item, schema["items"], f"{at}[{i}]")


def holds(value, schema, what):
    same(next(iter(faults(value, schema)), None), None, what)
    try:
        import jsonschema
    except ImportError:
        return
    jsonschema.Draft202012Validator({**schema, "components": document["components"]}).validate(value)


def described(answer):
    """A response, wherever it stands."""
    return resolve(answer["$ref"]) if "$ref" in answer else answer


def heads(r, op, what):
    """The headers that a description knows: what it says of each; what it does not say is not there."""
    answer = described(op["responses"].get(str(r.status), op["responses"].get("default", {})))
    declared = answer.get("headers", {})
    for name, header in document["components"]["headers"].items():
        value = r.header(name)
        check(value is None or name in declared, f"{what}: {r.status} has {name}: {value}")
        if name in declared and header.get("required"):
            check(value is not None, f"{what}: {r.status} has no {name}")
        if value is not None and name != "Vary":
            holds(value, header["schema"], f"{what}: {name}")


def operations():
    return [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]


REPORTS = ["log", "memblock", "zoneinfo", "buddyinfo", "pagetypeinfo", "iomem", "meminfo", "freelists", "ledger", "metrics"]


def addresses(path):
    """Real addresses that a path stands for."""
    path = path.replace("{board}", BOARD).replace("{id}", run).replace("{other}", other).replace("{table}", "zones")
    path = path.replace("{step}", "paging_init").replace("{code}", "internal")
    if "{report}" in path:
        return [path.replace("{report}", r) for r in REPORTS]
    if "{kernel}" in path:
        return [path.replace("{kernel}", k) for k in ("6.7", "4.9", "7.2")]
    if path.endswith("/schemas/{name}"):
        return [path.replace("{name}", "event.json")]
    if path.endswith("/sweep"):
        return [f"{path}?board={BOARD}&x=memory=1G:2G:1G"]
    return [path + (f"?board={BOARD}" if path.endswith("/run") else "")]


@test
def one_file():
    """the description refers to nothing outside of itself, and every reference leads to something"""
    text = json.dumps(document)
    refs = re.findall(r'"\$ref": "([^"]+)"', text)
    check(len(refs) > 60, len(refs))
    for ref in refs:
        resolve(ref)
    check('"$id"' not in text)


@test
def the_sources_are_written_line_by_line():
    """each schema is served by itself too, and its members have lines of their own, as openapi.c reads them"""
    for name in document["components"]["schemas"]:
        source = daemon.get(f"{API}/schemas/{name}.json")
        same(source.header("content-type"), "application/schema+json", name)
        same(source.json()["$id"], f"{API}/schemas/{name}.json")
        for line in source.text().splitlines():
            check(line.count('"$ref"') + line.count('"$id"') <= 1 and not re.search(r'[{,]\s*"\$(ref|id|schema)"', line), line)


@test
def every_answer_has_a_schema():
    """every 2xx answer with a body has a schema, and every operation says how it refuses"""
    ids = [op["operationId"] for _, _, op in operations()]
    same(len(ids), len(set(ids)))
    for path, method, op in operations():
        check("default" in op["responses"], f"{method} {path}")
        for status, answer in op["responses"].items():
            check(described(answer).get("description"), f"{method} {path}: {status}")
            check(described(answer)["headers"].get("X-Request-Id"), f"{method} {path}: {status} has no id")
            for kind, content in described(answer).get("content", {}).items():
                check(content.get("schema"), f"{method} {path}: {status} {kind} has no schema")


@test
def every_problem_is_declared():
    """each type of problem stands among the refusals of its status; what can be had in several forms can be refused with 406"""
    known = daemon.get(f"{API}/problems").json()["problems"]
    check(len(known) > 20, known)
    for problem in known:
        for name in ("refused", f"refused-{problem['status']}"):
            check(f"- `{problem['type']}`: " in document["components"]["responses"][name]["description"], problem)
    for path, method, op in operations():
        forms = [p for p in op.get("parameters", []) if p["name"] == "format"]
        check(not forms or "406" in op["responses"], f"{method} {path}")
        for status, answer in op["responses"].items():
            check(status[0] not in "45" or answer == {"$ref": f"#/components/responses/refused-{status}"}, f"{method} {path}: {status}")


@test
def headers_are_declared():
    """Vary, Content-Encoding, ETag, Retry-After and X-Request-Id of real answers, plain, coded, validated and refused"""
    coded = 0
    for path, method, op in operations():
        if method != "get" or "/live/" in path:
            continue
        for address in addresses(path):
            plain, small = daemon.get(address), daemon.get(address, {"Accept-Encoding": "gzip"})
            same_tag = daemon.get(address, {"If-None-Match": small.header("etag")}) if small.header("etag") else small
            wrong = daemon.get(address, {"Accept": "image/x-none"})
            unknown = daemon.get(f"{address}{'&' if '?' in address else '?'}no=parameter")
            for r in plain, small, same_tag, wrong, unknown:
                heads(r, op, f"{method} {address}")
            coded += small.header("content-encoding") is not None
            check("406" in op["responses"] or wrong.status != 406, f"{address} can be refused with 406")
    check(coded > 10, coded)


@test
def routes_and_paths_are_the_same():
    """what route.c serves is described, method by method, and nothing else is"""
    with open(os.path.join(SRCDIR, "daemon/serve/route.c"), encoding="utf-8") as f:
        tables = re.findall(r'(\w+)_routes\[\] = \{(.*?)\n\};', f.read(), re.S)
    served = {(API * (table == "api") + path.replace("{}", "*"), "get" if m == "READ" else m[7:].lower())
              for table, rows in tables
              for path, methods in re.findall(r'\{ "([^"]*)", ((?:READ|METHOD_\w+)(?: \| METHOD_\w+)*), ', rows)
              for m in methods.split(" | ")}
    served.discard(("/**", "get"))
    described = {(re.sub(r"\{[^}]*\}", "*", path.replace("{step}.svg", "{step}")), method) for path, method, _ in operations()}
    same(sorted(described - {(f"{API}/runs/*/explain", "get")}), sorted(served))


@test
def answers_are_what_their_schemas_say():
    """every GET that answers JSON: a real answer against its schema"""
    tried = 0
    for path, method, op in operations():
        content = op["responses"].get("200", {}).get("content", {})
        schema = content.get("application/json", content.get("application/schema+json", {})).get("schema")
        if method != "get" or not schema or "/live/" in path:
            continue
        for address in addresses(path):
            r = daemon.get(address, {"Accept": "application/json, application/schema+json"})
            while r.status in (302, 303, 307):
                r = daemon.get(r.header("location"))
            same(r.status, 200, address)
            holds(r.json(), schema, address)
            tried += 1
    check(tried > 25, tried)


@test
def lines_are_what_their_schemas_say():
    """each line of NDJSON is what its schema says"""
    for what, name in (("events", "event"), ("phases", "phase")):
        schema = document["components"]["schemas"][name]
        for line in daemon.get(f"{API}/runs/{run}/{what}?format=ndjson").text().splitlines():
            holds(json.loads(line), schema, line[:80])


@test
def refusals_are_what_their_schema_says():
    """refusals are problems"""
    for path in (f"{API}/nothing", f"{API}/runs/{'0' * 64}", f"{API}/runs/{run}/state?at=nowhere", f"{API}/run?board=none"):
        r = daemon.get(path)
        same(r.header("content-type"), "application/problem+json", path)
        holds(r.json(), document["components"]["schemas"]["problem"], path)
        same(daemon.get(r.json()["type"]).status, 200, path)


test.main()
