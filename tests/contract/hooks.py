"""What schemathesis cannot make up: bodies that are files, and ids of things that are there."""

import json
import os
import re
import zlib

import schemathesis

from coop import CSV, pixel

ID = re.compile(r"^([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}$")
# Ids by their prefix.
KNOWN = json.loads(os.environ.get("CONTRACT_IDS", "{}"))


def real(value):
    """Three of four ids in a value are those of things that are there, always the same for the same."""
    if isinstance(value, dict):
        return {name: real(part) for name, part in value.items()}
    if isinstance(value, list):
        return [real(part) for part in value]
    match = ID.match(value) if isinstance(value, str) else None
    known = KNOWN.get(match[1]) if match else None
    chance = zlib.crc32(value.encode()) if known else 0
    return known[chance // 4 % len(known)] if known and chance % 4 else value


@schemathesis.hook
def map_path_parameters(ctx, path_parameters):
    return real(path_parameters)


@schemathesis.hook
def map_query(ctx, query):
    return real(query)


@schemathesis.hook
def map_body(ctx, body):
    return real(body)


@schemathesis.serializer("text/csv")
def csv(ctx, value):
    return CSV.format("row-1").encode()


@schemathesis.serializer(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/jpeg",
    "image/png",
    "image/webp",
)
def file(ctx, value):
    return pixel()
