"""Facts about upload URLs that no single answer shows."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from tests.contract.comparison import conceal_text
from tests.contract.exchanges import exchange, replay
from tests.contract.pictures import make_file
from tests.contract.probes import PROBES
from tests.contract.stage import Stage
from tests.contract.uploads import make_body

UPLOAD_FACTS = [
    "presign.upload_url.anatomy",
    "presign.unique",
    "upload.same_url_concurrent",
    "images.original_is_identical",
]
UPLOAD = PROBES["upload.ok_jpeg"]


def test_upload_url_is_made_as_recorded(stage: Stage) -> None:
    """Scheme, host, path and every parameter of the query, in order."""
    fact = PROBES["presign.upload_url.anatomy"].fact

    url = urlsplit(_presign(stage))

    pairs = parse_qsl(url.query, strict_parsing=True)
    query = dict(pairs)
    assert f"{url.scheme}://{url.netloc}" == stage.authgear.endpoint
    assert url.path.startswith(f"/_images/{stage.authgear.app_id}/")
    assert [name for name, _ in pairs] == fact["query_order"]
    assert len(bytes.fromhex(query["x-authgear-signature"])) == 32
    metadata = base64.urlsafe_b64decode(query["x-authgear-metadata"] + "==")
    assert metadata.decode() == fact["metadata_decoded"]
    fixed = ("algorithm", "expires", "metadata", "signedheaders")
    names = [f"x-authgear-{name}" for name in fixed]
    assert [query[n] for n in names] == [fact["query"][n] for n in names]


def test_object_ids_differ(stage: Stage) -> None:
    """Each upload URL is for a fresh version 4 UUID."""
    ids = [UUID(urlsplit(_presign(stage)).path.rpartition("/")[2]) for _ in range(2)]

    assert len(set(ids)) == 2
    assert {object_id.version for object_id in ids} == {4}


def test_racing_uploads_store_one(stage: Stage) -> None:
    """Two uploads with one URL at the same moment: one 200 and one 409."""
    fact = PROBES["upload.same_url_concurrent"].fact
    stage.presign("OBJECT_ID_92")
    headers = {"Host": stage.authgear.host, **UPLOAD.request["headers"]}
    upload = stage.upload_urls["OBJECT_ID_92"], headers, make_body(UPLOAD)

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(exchange, stage, "POST", *upload) for _ in range(2)]
        answers = sorted((f.result() for f in sent), key=lambda answer: answer.status)

    found = [[a.status, _read(stage, a.body.decode())] for a in answers]
    assert found == [[status, _read(stage, body)] for status, body in fact]


def test_original_is_what_was_uploaded(stage: Stage) -> None:
    """The original variant gives back the very bytes."""
    answer = replay(stage, PROBES["images.jpeg.original"])

    sent = make_file("upload.ok_jpeg", "p.jpg", 51336)
    assert (answer.body == sent) is PROBES["images.original_is_identical"].fact


def _presign(stage: Stage) -> str:
    """Ask for an upload URL."""
    answer = replay(stage, PROBES["presign.ok"])
    url: str = json.loads(answer.body)["result"]["upload_url"]
    return url


def _read(stage: Stage, body: str) -> Any:
    """Return the JSON of a body, with placeholders for all that is volatile."""
    return json.loads(conceal_text(stage, body))
