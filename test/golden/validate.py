#!/usr/bin/env python3
"""Validates records, one JSON object a line: each against its schema in conf/schema, and, where Suricata's own EVE schema
is at hand, against that too, after taking away what is ours (`pellucid`, and whole records of event types of our own).

Usage: validate.py [FILE | -] [--need=KIND]…     Exit: 0 fine, 1 problems (the first five are told), 77 no python3-jsonschema.
"""
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("validate.py: python3-jsonschema is not installed: skipped")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "conf" / "schema"
EVE = ROOT.parent / "shared" / "facts" / "eve-schema.json"
MAX_PROBLEMS = 5
OUR_KINDS = {"flow_update", "decrypt"}  # event types that Suricata does not have


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def our_validators():
    files = {p.name: load(p) for p in SCHEMAS.glob("*.schema.json")}
    resolver = jsonschema.RefResolver("", None, store=files)
    validators = {}
    for name, schema in files.items():
        jsonschema.Draft7Validator.check_schema(schema)
        kind = name.removesuffix(".schema.json")
        if kind != "common":
            validators[kind] = jsonschema.Draft7Validator(
                schema, resolver=resolver, format_checker=jsonschema.FormatChecker(["ipv4", "ipv6"]))
    return validators


def unique_keys(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key stands twice: " + ", ".join(sorted(k for k in set(keys) if keys.count(k) > 1)))
    return dict(pairs)


def problems_of(line, validators, eve):
    try:
        record = json.loads(line.decode("utf-8"), object_pairs_hook=unique_keys)
    except ValueError as error:
        return None, [f"not JSON: {error}"]
    kind = record.get("event_type") if isinstance(record, dict) else None
    if kind not in validators:
        return kind, [f"no schema for event_type {kind!r}"]
    found = [("ours", e) for e in validators[kind].iter_errors(record)]
    if eve is not None and kind not in OUR_KINDS:
        record.pop("pellucid", None)
        found += [("EVE", e) for e in eve.iter_errors(record)]
    return kind, [f"{whose}: {'.'.join(map(str, e.absolute_path)) or '(record)'}: {e.message[:300]}" for whose, e in found]


def main(arguments):
    files = [a for a in arguments if not a.startswith("--need=")]
    needed = {a.removeprefix("--need=") for a in arguments if a.startswith("--need=")}
    name = files[0] if files else "-"
    validators = our_validators()
    eve = jsonschema.validators.validator_for(load(EVE), jsonschema.Draft202012Validator)(load(EVE)) if EVE.exists() else None
    told = 0
    kinds = {}
    stream = sys.stdin.buffer if name == "-" else open(name, "rb")
    with stream:
        for number, line in enumerate(stream, 1):
            kind, problems = problems_of(line, validators, eve)
            kinds[kind] = kinds.get(kind, 0) + 1
            if not line.endswith(b"\n"):
                problems.append("the last line has no end")
            for problem in problems:
                print(f"{name}:{number}: {problem}")
                told += 1
                if told == MAX_PROBLEMS:
                    return 1
    for kind in sorted(needed - set(kinds)):
        print(f"{name}: no record of kind {kind}")
        told += 1
    counts = ", ".join(f"{n} {k}" for k, n in sorted(kinds.items(), key=str))
    print(f"{name}: {counts or 'no records'}: " + ("valid" if told == 0 else "not valid")
          + ("" if eve is not None else "; Suricata's schema is not here, so only ours were asked"))
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
