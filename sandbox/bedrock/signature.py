"""AWS's Signature Version 4, as far as a stand-in looks at it: who signed, for what, and over which headers.

The signature itself is not computed anew. A caller that signs wrongly is found by the real service; one that signs for
another service, another day or not at all is found here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.bedrock.errors import ModelError

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/\s,]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/([a-z0-9_]+), ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_DATE = re.compile(r"\d{8}T\d{6}Z")
_MUST_BE_SIGNED = ("host", "x-amz-date")


def check(headers: Mapping[str, str], access_key: str) -> None:
    """Raises `ModelError` where AWS would refuse the request's signature."""
    given = headers.get("authorization")
    if given is None:
        raise ModelError("unsigned", "Missing Authentication Token")
    found = _AUTHORIZATION.fullmatch(given)
    if found is None:
        raise ModelError("incomplete", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.")
    key, day, region, service, ending, signed, _ = found.groups()
    if key != access_key:
        raise ModelError("stranger", "The security token included in the request is invalid.")
    if service != "bedrock" or ending != "aws4_request":
        raise ModelError("scope", "Credential should be scoped to correct service: 'bedrock'.")
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
        raise ModelError("scope", "Credential should be scoped to a valid region.")
    missing = [name for name in _MUST_BE_SIGNED if name not in signed.split(";") or name not in headers]
    if missing:
        raise ModelError("incomplete", f"{', '.join(missing)} must be present and among the SignedHeaders.")
    if not _DATE.fullmatch(headers["x-amz-date"]) or not headers["x-amz-date"].startswith(day):
        raise ModelError(
            "scope", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of x-amz-date."
        )
