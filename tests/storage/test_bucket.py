"""One bucket: the newest object, its bytes, its tags, and what S3 refuses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
import urllib3
from botocore import exceptions
from botocore.response import StreamingBody
from botocore.stub import Stubber

from outcome import Reason
from storage.bucket import Bucket, Content, StoredObject, Tags
from storage.errors import (
    AccessDenied,
    BucketError,
    ObjectArchived,
    ObjectChanged,
    ObjectUnreadable,
)
from tests.fakes.s3 import FakeS3, client_error

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "pictures/ada.jpg"
TAG = "authgear-picture"


@pytest.fixture
def s3() -> FakeS3:
    """Return a store with one object."""
    s3 = FakeS3()
    s3.put(KEY, b"content")
    return s3


@pytest.fixture
def bucket(s3: FakeS3) -> Bucket:
    """Return the bucket of that store."""
    return Bucket(cast(Any, s3), s3.bucket)


@pytest.fixture
def item(bucket: Bucket) -> StoredObject:
    """Return the one object as listed."""
    return bucket.list_newest_first(KEY, lambda key: True)[0]


@pytest.fixture
def client() -> S3Client:
    """Return boto3's own client, without anything behind it."""
    return boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="key",  # noqa: S106 - of no account
    )


@pytest.fixture
def stubber(client: S3Client) -> Iterator[Stubber]:
    """Answer boto3's own client, which checks requests and answers by S3's model."""
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def keys(bucket: Bucket, prefix: str = "pictures/") -> list[str]:
    """Return the listed keys."""
    return [item.key for item in bucket.list_newest_first(prefix, lambda key: True)]


class BrokenBody(io.RawIOBase):
    """
    A body that breaks while it is read.

    Args:
        error: What its first read raises.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int = -1) -> bytes:
        """Break."""
        raise self.error


class BodyS3(FakeS3):
    """
    A store whose every object has one body.

    Args:
        body: It.

        etag: Its etag; `None` is the one that is asked for.
    """

    def __init__(self, body: StreamingBody, etag: str | None = None) -> None:
        super().__init__()
        self.body = body
        self.etag = etag

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """Return the body."""
        etag = IfMatch if self.etag is None else self.etag
        return {"ETag": etag, "Body": self.body}


def test_list_newest_first(s3: FakeS3, bucket: Bucket) -> None:
    """Objects of all pages come in the order of time, the newest first."""
    for key in ("pictures/c", "pictures/a", "pictures/d", "pictures/b", "other/e"):
        s3.put(key, key.encode())
    s3.put("pictures/a", b"again")

    found = bucket.list_newest_first("pictures/", lambda key: True)

    names = "pictures/a pictures/b pictures/d pictures/c pictures/ada.jpg"
    assert [item.key for item in found] == names.split()
    assert found[0] == StoredObject(
        key="pictures/a",
        etag=s3.objects["pictures/a"].etag.strip('"'),
        size=5,
        last_modified=datetime.fromtimestamp(s3.now, UTC),
    )


def test_list_newest_first_ties(s3: FakeS3, bucket: Bucket) -> None:
    """Of objects of the same second the last by key comes first, on any page."""
    for key in ("pictures/b", "pictures/c", "pictures/a"):
        s3.put(key, b"")
        s3.objects[key].last_modified = 1_800_000_000

    assert keys(bucket) == ["pictures/c", "pictures/b", "pictures/a", KEY]


def test_list_newest_first_unwanted(s3: FakeS3, bucket: Bucket) -> None:
    """An object counts only if its key is wanted."""
    s3.put("pictures/ada.old.jpg", b"")

    found = bucket.list_newest_first("pictures/ada", lambda key: "old" in key)

    assert [item.key for item in found] == ["pictures/ada.old.jpg"]


def test_list_newest_first_nothing(bucket: Bucket) -> None:
    """A missing object is not an error."""
    assert keys(bucket, "nobody/") == []


def test_list_newest_first_pages(client: S3Client, stubber: Stubber) -> None:
    """Further pages are asked for as S3 wants it."""
    contents = [
        {"Key": key, "ETag": f'"{key}"', "Size": 1, "LastModified": datetime.now(UTC)}
        for key in "ab"
    ]
    parameters = {"Bucket": "pictures-example", "Prefix": "p"}
    stubber.add_response(
        "list_objects_v2",
        {"IsTruncated": True, "NextContinuationToken": "t", "Contents": contents[:1]},
        parameters,
    )
    stubber.add_response(
        "list_objects_v2",
        {"IsTruncated": False, "Contents": contents[1:]},
        parameters | {"ContinuationToken": "t"},
    )

    found = Bucket(client, "pictures-example").list_newest_first("p", lambda key: True)

    assert {(item.key, item.etag) for item in found} == {("a", "a"), ("b", "b")}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({}, id="empty"),
        pytest.param({"IsTruncated": False, "Contents": [{"Key": KEY}]}, id="key-only"),
    ],
)
def test_list_newest_first_of_something_else(
    client: S3Client, stubber: Stubber, page: dict[str, Any]
) -> None:
    """An answer without a listing is not taken for an empty bucket."""
    stubber.add_response("list_objects_v2", page)

    with pytest.raises(BucketError) as caught:
        keys(Bucket(client, "pictures-example"))

    shown = "S3: list failed (not an answer of S3)"
    assert (type(caught.value), str(caught.value)) == (BucketError, shown)


def test_download(bucket: Bucket, item: StoredObject) -> None:
    """The bytes are the object's."""
    assert bucket.download(item) == Content(data=b"content")


def test_download_request(client: S3Client, stubber: Stubber) -> None:
    """S3 is asked for exactly the content that was listed."""
    body = StreamingBody(io.BytesIO(b"content"), 7)
    stubber.add_response(
        "get_object",
        {"Body": body, "ETag": '"etag-2"'},
        {"Bucket": "pictures-example", "Key": KEY, "IfMatch": '"etag-2"'},
    )
    item = StoredObject(key=KEY, etag="etag-2", size=7, last_modified=datetime.now(UTC))

    content = Bucket(client, "pictures-example").download(item)

    assert content == Content(data=b"content")


def test_download_overwritten(s3: FakeS3, bucket: Bucket, item: StoredObject) -> None:
    """Other content under the same key is not taken for the listed one."""
    s3.put(KEY, b"new content")

    with pytest.raises(ObjectChanged) as caught:
        bucket.download(item)

    assert (caught.value.step, caught.value.code) == ("download", "PreconditionFailed")


def test_download_deleted(s3: FakeS3, bucket: Bucket, item: StoredObject) -> None:
    """An object that is gone has changed."""
    del s3.objects[KEY]

    with pytest.raises(ObjectChanged):
        bucket.download(item)


def test_download_archived(s3: FakeS3, bucket: Bucket, item: StoredObject) -> None:
    """An archived object must be restored first."""
    s3.objects[KEY].archived = True

    with pytest.raises(ObjectArchived):
        bucket.download(item)


def test_download_denied(s3: FakeS3, bucket: Bucket, item: StoredObject) -> None:
    """An object that is still there as it was listed, and denied, is denied."""
    s3.fail("get_object", client_error("AccessDenied"))

    with pytest.raises(AccessDenied) as caught:
        bucket.download(item)

    assert caught.value.step == "download"


@pytest.mark.parametrize("content", [None, b"new content"], ids=["gone", "overwritten"])
def test_download_denied_since_gone(
    s3: FakeS3, bucket: Bucket, item: StoredObject, content: bytes | None
) -> None:
    """An object that is denied because it is not there any more has changed."""
    s3.put(f"{KEY}.other", b"content")
    s3.fail("get_object", client_error("AccessDenied"))
    del s3.objects[KEY]
    if content:
        s3.put(KEY, content)

    with pytest.raises(ObjectChanged) as caught:
        bucket.download(item)

    assert str(caught.value) == "S3: download failed (AccessDenied)"


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (
            urllib3.exceptions.ReadTimeoutError(cast(Any, None), "/", "late"),
            "ReadTimeoutError",
        ),
        (urllib3.exceptions.ProtocolError("reset"), "ResponseStreamingError"),
        (urllib3.exceptions.SSLError("bad record"), "SSLError"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
    ids=["hang", "reset", "tls", "socket"],
)
def test_download_body_breaks(item: StoredObject, error: Exception, name: str) -> None:
    """A failure while the body is read is an error of S3, and the body is closed."""
    raw = BrokenBody(error)
    s3 = BodyS3(StreamingBody(cast(Any, raw), 7))

    with pytest.raises(BucketError) as caught:
        Bucket(cast(Any, s3), s3.bucket).download(item)

    assert (type(caught.value), caught.value.code) == (BucketError, name)
    assert raw.closed


def test_download_body_incomplete(item: StoredObject) -> None:
    """A body that ends too soon is an error."""
    raw = io.BytesIO(b"cont")
    s3 = BodyS3(StreamingBody(raw, 7))

    with pytest.raises(BucketError, match=r"download failed .IncompleteReadError"):
        Bucket(cast(Any, s3), s3.bucket).download(item)

    assert raw.closed


@pytest.mark.parametrize(
    ("data", "etag"),
    [
        pytest.param(b"content", "", id="no-etag"),
        pytest.param(b"content", '"0123"', id="other-etag"),
        pytest.param(b"cont", None, id="shorter"),
        pytest.param(b"content and more", None, id="longer"),
        pytest.param(b"", None, id="empty"),
    ],
)
def test_download_of_something_else(
    item: StoredObject, data: bytes, etag: str | None
) -> None:
    """A body that is not the listed object's is an error, even if S3 says otherwise."""
    raw = io.BytesIO(data)
    s3 = BodyS3(StreamingBody(raw, len(data)), etag)

    with pytest.raises(BucketError) as caught:
        Bucket(cast(Any, s3), s3.bucket).download(item)

    shown = "S3: download failed (not the object that was listed)"
    assert (type(caught.value), str(caught.value)) == (BucketError, shown)
    assert raw.closed


def test_download_body_is_closed(item: StoredObject) -> None:
    """The connection is given back."""
    raw = io.BytesIO(b"content")
    s3 = BodyS3(StreamingBody(raw, 7))

    Bucket(cast(Any, s3), s3.bucket).download(item)

    assert raw.closed


@pytest.mark.parametrize(
    ("is_versioned", "version_id"), [(False, ""), (True, "v1700000001")]
)
def test_download_names_the_version(is_versioned: bool, version_id: str) -> None:
    """In a bucket with versions the answer names the one that was read."""
    s3 = FakeS3(is_versioned=is_versioned)
    s3.put(KEY, b"content")
    bucket = Bucket(cast(Any, s3), s3.bucket)
    item = bucket.list_newest_first(KEY, lambda key: True)[0]

    assert bucket.download(item) == Content(data=b"content", version_id=version_id)


def test_download_with_a_key_of_the_owner(
    s3: FakeS3, bucket: Bucket, item: StoredObject
) -> None:
    """S3 answers 400 for an object that only its owner's key opens (SSE-C)."""
    s3.fail("get_object", client_error("InvalidRequest"))

    with pytest.raises(ObjectUnreadable) as caught:
        bucket.download(item)

    assert caught.value.reason is Reason.UNREADABLE_OBJECT


def test_scan_behind_a_key(s3: FakeS3, bucket: Bucket) -> None:
    """A scan begins behind a key."""
    for name in "abcdef":
        s3.put(f"scan/{name}", b"")

    found = bucket.scan("scan/", after="scan/a")

    assert [item.key for item in found] == [f"scan/{name}" for name in "bcdef"]


def test_read_tags(s3: FakeS3, bucket: Bucket) -> None:
    """All tags are read, ours and those of others."""
    s3.objects[KEY].tags = {"team": "a", "x": "y"}

    assert bucket.read_tags(KEY) == Tags(values={"team": "a", "x": "y"})


def test_read_tags_of_an_object_without(bucket: Bucket) -> None:
    """An object without tags is not one whose tags are hidden."""
    assert bucket.read_tags(KEY) == Tags(values={})


def test_read_tags_denied(s3: FakeS3, bucket: Bucket) -> None:
    """Tags that the role may not read are unknown, and no error."""
    s3.fail("get_object_tagging", client_error("AccessDenied"))

    assert bucket.read_tags(KEY) == Tags(values=None)


def test_read_tags_gone(s3: FakeS3, bucket: Bucket) -> None:
    """An object that is gone has changed."""
    del s3.objects[KEY]

    with pytest.raises(ObjectChanged) as caught:
        bucket.read_tags(KEY)

    assert caught.value.step == "read-tags"


@pytest.mark.parametrize(
    "answer", [{}, {"TagSet": [{"Value": "a"}]}], ids=["empty", "no-key"]
)
def test_read_tags_of_something_else(
    s3: FakeS3, bucket: Bucket, answer: dict[str, Any]
) -> None:
    """An answer without tags does not pass for an object without tags."""
    s3.get_object_tagging = lambda **_: answer  # type: ignore[method-assign] # a fake

    with pytest.raises(BucketError, match=r"read-tags failed .not an answer of S3"):
        bucket.read_tags(KEY)


def test_read_tags_unavailable(s3: FakeS3, bucket: Bucket) -> None:
    """A passing failure is not taken for an object without tags."""
    s3.fail("get_object_tagging", client_error("SlowDown"))

    with pytest.raises(BucketError, match=r"S3: read-tags failed .SlowDown"):
        bucket.read_tags(KEY)


def test_write_tag(s3: FakeS3, bucket: Bucket) -> None:
    """The tag is replaced, other tags stay."""
    s3.objects[KEY].tags = {"team": "a", TAG: "old"}

    assert bucket.write_tag(KEY, TAG, "new") is True

    assert s3.objects[KEY].tags == {"team": "a", TAG: "new"}


def test_write_tag_reads_directly_before(s3: FakeS3, bucket: Bucket) -> None:
    """A tag that another program has written since the last reading stays."""
    bucket.read_tags(KEY)
    s3.objects[KEY].tags = {"scan": "clean"}
    s3.calls.clear()

    bucket.write_tag(KEY, TAG, "value")

    assert s3.objects[KEY].tags == {"scan": "clean", TAG: "value"}
    assert s3.calls == ["get_object_tagging", "put_object_tagging"]


def test_write_tag_of_the_same_value(s3: FakeS3, bucket: Bucket) -> None:
    """A tag that is there already is not written again."""
    s3.objects[KEY].tags = {TAG: "value"}

    assert bucket.write_tag(KEY, TAG, "value") is True

    assert "put_object_tagging" not in s3.calls


def test_write_tag_on_the_version_that_was_read() -> None:
    """A newer version under the same key does not get the tag of an older one."""
    s3 = FakeS3(is_versioned=True)
    older = s3.put(KEY, b"content")
    bucket = Bucket(cast(Any, s3), s3.bucket)
    tags = bucket.read_tags(KEY)
    newer = s3.put(KEY, b"other content", team="a")

    assert bucket.write_tag(KEY, TAG, "value", tags.version_id) is True

    assert tags.version_id == older.version_id
    assert older.tags == {TAG: "value"}
    assert newer.tags == {"team": "a"}


def test_write_tag_on_a_version_that_is_gone() -> None:
    """It is not written elsewhere."""
    s3 = FakeS3(is_versioned=True)
    version_id = s3.put(KEY, b"content").version_id
    newer = s3.put(KEY, b"other content")
    s3.versions[KEY] = [newer]

    bucket = Bucket(cast(Any, s3), s3.bucket)

    assert bucket.write_tag(KEY, TAG, "value", version_id) is False
    assert newer.tags == {}


@pytest.mark.parametrize(("others", "taken"), [(9, True), (10, False)])
def test_write_tag_beside_many(
    s3: FakeS3, bucket: Bucket, others: int, taken: bool
) -> None:
    """An object has ten tags at most: ours may be the tenth, not the eleventh."""
    tags = {f"tag-{number}": "" for number in range(others)}
    s3.objects[KEY].tags = dict(tags)

    assert bucket.write_tag(KEY, TAG, "value") is taken

    assert (TAG in s3.objects[KEY].tags) is taken
    assert s3.objects[KEY].tags.items() >= tags.items()
    assert s3.calls.count("put_object_tagging") == taken


def test_write_tag_as_one_of_ten(s3: FakeS3, bucket: Bucket) -> None:
    """Where our own tag is one of the ten, it is replaced."""
    s3.objects[KEY].tags = {f"tag-{number}": "" for number in range(9)} | {TAG: "x"}

    assert bucket.write_tag(KEY, TAG, "value") is True

    assert s3.objects[KEY].tags[TAG] == "value"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey", "InternalError"])
@pytest.mark.parametrize("operation", ["get_object_tagging", "put_object_tagging"])
def test_write_tag_refused(
    s3: FakeS3, bucket: Bucket, operation: str, code: str
) -> None:
    """A tag that cannot be written causes no error, and no other write."""
    s3.objects[KEY].tags = {"team": "a"}
    s3.fail(operation, client_error(code))

    assert bucket.write_tag(KEY, TAG, "value") is False

    assert s3.objects[KEY].tags == {"team": "a"}


@pytest.mark.parametrize("version_id", ["", "v1"])
def test_write_tag_request(client: S3Client, stubber: Stubber, version_id: str) -> None:
    """The requests are those that S3's model accepts; both name the version."""
    place = {"Bucket": "pictures-example", "Key": KEY}
    if version_id:
        place["VersionId"] = version_id
    others = [{"Key": "team", "Value": "a"}]
    written = [*others, {"Key": TAG, "Value": "value"}]
    stubber.add_response("get_object_tagging", {"TagSet": others}, place)
    stubber.add_response(
        "put_object_tagging", {}, {**place, "Tagging": {"TagSet": written}}
    )

    bucket = Bucket(client, "pictures-example")

    assert bucket.write_tag(KEY, TAG, "value", version_id) is True


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("AccessDenied", AccessDenied, Reason.S3_DENIED),
        ("AllAccessDisabled", AccessDenied, Reason.S3_DENIED),
        ("403", AccessDenied, Reason.S3_DENIED),
        ("NoSuchKey", ObjectChanged, Reason.NOT_SETTLED),
        ("404", ObjectChanged, Reason.NOT_SETTLED),
        ("PreconditionFailed", ObjectChanged, Reason.NOT_SETTLED),
        ("412", ObjectChanged, Reason.NOT_SETTLED),
        ("InvalidObjectState", ObjectArchived, Reason.ARCHIVED_OBJECT),
        ("NoSuchBucket", BucketError, Reason.S3_UNAVAILABLE),
        ("SlowDown", BucketError, Reason.S3_UNAVAILABLE),
        ("InvalidRequest", BucketError, Reason.S3_UNAVAILABLE),
        ("500", BucketError, Reason.S3_UNAVAILABLE),
    ],
)
def test_error_codes(
    client: S3Client, stubber: Stubber, code: str, kind: type, reason: Reason
) -> None:
    """Each of S3's codes is an error with a reason, and says which step it was."""
    parameters = {"Bucket": "pictures-example", "Prefix": "p"}
    stubber.add_client_error("list_objects_v2", code, expected_params=parameters)

    with pytest.raises(BucketError) as caught:
        keys(Bucket(client, "pictures-example"), "p")

    assert type(caught.value) is kind
    assert caught.value.reason is reason
    assert str(caught.value) == f"S3: list failed ({code})"
    assert isinstance(caught.value.__cause__, exceptions.ClientError)


def test_error_without_code(s3: FakeS3, bucket: Bucket) -> None:
    """An answer that S3 does not give is still an error."""
    s3.fail("list_objects_v2", exceptions.ClientError({}, "ListObjectsV2"))

    with pytest.raises(BucketError, match=r"^S3: list failed \(unknown\)$"):
        keys(bucket)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.EndpointConnectionError(endpoint_url="https://s3"),
        exceptions.ConnectTimeoutError(endpoint_url="https://s3"),
        exceptions.ReadTimeoutError(endpoint_url="https://s3"),
        exceptions.ConnectionClosedError(endpoint_url="https://s3"),
        exceptions.SSLError(endpoint_url="https://s3", error=OSError()),
        exceptions.HTTPClientError(error="x"),
        exceptions.NoCredentialsError(),
        exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_network_errors(s3: FakeS3, bucket: Bucket, error: Exception) -> None:
    """Each error of the client is S3's being unavailable, and keeps its name."""
    s3.fail("list_objects_v2", error)

    with pytest.raises(BucketError) as caught:
        keys(bucket)

    assert type(caught.value) is BucketError
    assert str(caught.value) == f"S3: list failed ({type(error).__name__})"
    assert caught.value.__cause__ is error


def test_own_bugs_are_not_translated(s3: FakeS3, bucket: Bucket) -> None:
    """An error that is not the client's stays what it is."""
    s3.fail("list_objects_v2", TypeError("a bug"))

    with pytest.raises(TypeError):
        keys(bucket)
