#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `mmscope check --format sarif` writes is SARIF 2.1.0: the parts of the format that it uses, as code scanning takes them."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

SRC = Path(os.environ.get("SRCDIR", Path(__file__).resolve().parent.parent))
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
URI = {"type": "string", "pattern": r"^[A-Za-z0-9/._~,+=@%-]+$"}
SHAPE = {
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["tool", "results"], "additionalProperties": False,
            "properties": {
                "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                    "type": "object", "required": ["name", "version", "rules"], "additionalProperties": False,
                    "properties": {
                        "name": {"const": "mmscope"}, "version": {"type": "string"},
                        "rules": {"type": "array", "uniqueItems": True, "items": {
                            "type": "object", "required": ["id", "shortDescription", "fullDescription", "help", "helpUri"],
                            "additionalProperties": False,
                            "properties": {"id": {"type": "string"}, "shortDescription": TEXT, "fullDescription": TEXT, "help": TEXT,
                                           "helpUri": {"type": "string", "pattern": r"^(https?|file)://\S+$"}}}}}}}},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["ruleId", "level", "message", "locations"], "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"}, "level": {"enum": ["note", "warning", "error"]}, "message": TEXT,
                        "locations": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
                            "type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": {
                                "type": "object", "required": ["artifactLocation"], "additionalProperties": False,
                                "properties": {
                                    "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": URI}},
                                    "region": {"type": "object", "required": ["startLine"],
                                               "properties": {"startLine": {"type": "integer", "minimum": 1}}}}}}}}}}}}}}}}


def sarif(*args):
    program = os.environ.get("MMSCOPE", str(SRC / "build" / "mmscope"))
    done = subprocess.run([program, "check", *args, "--format", "sarif"], cwd=SRC / "tests" / "doctor", capture_output=True, text=True,
                          timeout=120)
    return json.loads(done.stdout)


def main():
    failed = 0

    def ok(good, what, why=""):
        nonlocal failed
        ok.n += 1
        failed += not good
        print(f"{'' if good else 'not '}ok {ok.n} - {what}")
        for line in [] if good else str(why).split("\n")[:20]:
            print(f"# {line}")

    ok.n = 0
    print("1..5")
    with tempfile.TemporaryDirectory() as folder:
        odd, broken = Path(folder, "a b:c#1.dts"), Path(folder, "broken.dtb")
        shutil.copy(SRC / "tests" / "doctor" / "rpi4-pages.dts", odd)
        broken.write_text("no tree")
        said = sarif("trogdor-overlap.dts", str(odd), str(broken), "qemu-virt", "-k", "6.12-16k", "--expect", "cma.size > 8G")
    errors = [e.message[:300] for e in jsonschema.Draft7Validator(SHAPE).iter_errors(said)]
    ok(not errors, "its shape is that of SARIF 2.1.0", "\n".join(errors))
    run = said["runs"][0]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    ok(all(rule["helpUri"].endswith(f"/{name}.md") and (SRC / "docs" / "rules" / f"{name}.md").exists() for name, rule in rules.items()),
       "each rule leads to its page, and the page is there")
    found = {result["ruleId"] for result in run["results"]}
    ok(found - rules.keys() == {"input", "expectation"} and "reserved-overlap" in found, "results are of these rules, or say what was wrong with "
       "an input or an expectation", found)
    places = [result["locations"][0]["physicalLocation"] for result in run["results"] if result["ruleId"] == "reserved-overlap"]
    ok(all(place["region"]["startLine"] > 1 for place in places), "a node of a .dts has its line", places)
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    ok(any(uri.endswith("/a%20b%3Ac%231.dts") for uri in uris), "a file's name is a URI, whatever it is made of", uris)
    return failed != 0


sys.exit(main())
