"""Which upload URLs are believed: those of the endpoint's own origin, no others."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from authgear import Unexpected
from tests.authgear.client import IMAGE_ID, UPLOAD_URL, Client
from tests.authgear.recordings import object_id_of, recorded
from tests.fakes.authgear_server import ENDPOINT, answered

HOST = urlsplit(ENDPOINT).netloc
PATH = f"/_images/demo/{IMAGE_ID}?x-authgear-signature=SECRET"
FOREIGN = {
    "other-host": f"https://evil.test{PATH}",
    "sub-domain": f"https://evil.{HOST}{PATH}",
    "longer-host": f"https://{HOST}.evil.test{PATH}",
    "trailing-dot": f"https://{HOST}.{PATH}",
    "other-port": f"https://{HOST}:8443{PATH}",
    "no-port-number": f"https://{HOST}:x{PATH}",
    "port-too-large": f"https://{HOST}:65536{PATH}",
    "other-scheme": f"http://{HOST}{PATH}",
    "other-scheme-same-port": f"http://{HOST}:443{PATH}",
    "file": f"file://{HOST}{PATH}",
    "no-scheme": PATH,
    "protocol-relative": f"//{HOST}{PATH}",
    "user-info": f"https://user:password@{HOST}{PATH}",
    "user": f"https://user@{HOST}{PATH}",
    "empty-user-info": f"https://@{HOST}{PATH}",
    "host-as-user": f"https://{HOST}@evil.test{PATH}",
    "back-slash-before-at": f"https://evil.test\\@{HOST}{PATH}",
    "back-slash-after-host": f"https://{HOST}\\@evil.test{PATH}",
    "back-slash-path": f"https://{HOST}\\.evil.test{PATH}",
    "back-slashes": f"https:\\\\{HOST}{PATH}",
    "bracket": f"https://[{HOST}{PATH}",
    "encoded-host": f"https://demo%2Eauthgear.test{PATH}",
}
MISSING: dict[str, Any] = {
    "none": {},
    "no-result": {"result": None},
    "result-list": {"result": []},
    "no-url": {"result": {}},
    "null": {"result": {"upload_url": None}},
    "number": {"result": {"upload_url": 7}},
    "list": {"result": {"upload_url": [f"{ENDPOINT}{PATH}"]}},
    "empty": {"result": {"upload_url": ""}},
    "no-object-id": {"result": {"upload_url": f"{ENDPOINT}/_images/demo/x"}},
    "deeper-path": {"result": {"upload_url": f"{ENDPOINT}/a{PATH}"}},
}


@pytest.mark.parametrize("url", FOREIGN.values(), ids=FOREIGN)
def test_upload_url_elsewhere_is_unexpected(url: str) -> None:
    """A URL of another origin, or one that readers read differently, is not used."""
    client = Client()
    client.always("presign", answered({"result": {"upload_url": url}}))

    with pytest.raises(Unexpected) as caught:
        client.call("presign")

    assert caught.value.step == "presign"
    assert {urlsplit(str(r.url)).netloc for r in client.transport.requests} == {HOST}
    assert url not in str(caught.value)


@pytest.mark.parametrize("content", MISSING.values(), ids=MISSING)
def test_upload_url_missing_is_unexpected(content: Any) -> None:
    """An answer without the URL of an image is an error, not an upload to nowhere."""
    client = Client()
    client.always("presign", answered(content))

    with pytest.raises(Unexpected, match="`upload_url` is missing"):
        client.call("presign")


@pytest.mark.parametrize("url", FOREIGN.values(), ids=FOREIGN)
def test_retried_upload_believes_no_other_url(url: str) -> None:
    """The URL asked for after a failed upload is checked like the first one."""
    client = Client()
    client.always("upload", lambda work: recorded("storedown.upload"))
    client.always("presign", answered({"result": {"upload_url": url}}))

    with pytest.raises(Unexpected):
        client.call("upload")

    assert client.count("upload") == 1


@pytest.mark.parametrize(
    "probe_id",
    ["presign.host_header", "presign.x_forwarded_host", "presign.direct_no_forwarded"],
)
def test_recorded_url_of_another_host_is_unexpected(probe_id: str) -> None:
    """The answer of a server behind a misconfigured proxy is not trusted."""
    client = Client()
    client.always("presign", lambda work: recorded(probe_id))

    with pytest.raises(Unexpected, match="not on the endpoint's origin"):
        client.call("presign")


def test_recorded_url_is_believed() -> None:
    """presign.ok: URL and object id are those of the answer."""
    client = Client()
    client.server.fail("presign", lambda work: recorded("presign.ok"))

    upload_url = client.call("presign")

    assert upload_url.object_id == object_id_of(1)
    content = json.loads(recorded("presign.ok").content)
    assert upload_url.url == content["result"]["upload_url"]


def test_upload_url_hides_its_query() -> None:
    """Printing an upload URL shows only the object id."""
    assert repr(UPLOAD_URL) == f"UploadURL(object_id='{IMAGE_ID}')"


def test_default_port_is_the_same_origin() -> None:
    """A port written out that is the scheme's own, or another case, changes nothing."""
    connection = Client().connection

    assert connection.is_same_origin(f"https://{HOST}:443{PATH}")
    assert connection.is_same_origin(f"HTTPS://{HOST.upper()}{PATH}")
