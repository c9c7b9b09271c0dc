"""Can Authgear store pictures?"""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlsplit

from PIL import Image

import authgear
from authgear import AdminAPI, AuthgearError, Budget, Connection, UploadURL
from ops.doctor.answers import LastAnswer, explain
from ops.doctor.check import Check, fine, unknown, wrong
from pictures.profile_picture import PictureSpec, make_profile_picture

NAME = "image-store"
SERVER = "Authgear's image server"
STORE_REMEDY = (
    "See Authgear's own log; its image server needs an object store that works: "
    "IMAGES_OBJECT_STORE_* and the bucket that they name."
)
ROUTE_REMEDY = (
    "Let the proxy pass /_images/ on to Authgear's image server; it is another port "
    "than the Admin API's."
)


def check_image_store(
    connection: Connection,
    target: UploadURL,
    last: LastAnswer,
    admin_api: AdminAPI | None,
    budget: Budget,
) -> Check:
    """
    Tell whether the image store works.

    Args:
        connection: To Authgear.

        target: A presigned URL that is not used yet.

        last: The head of the connection's last answer.

        admin_api: Uploads a gray picture; with None nothing is uploaded.

        budget: The time for it.
    """
    try:
        if admin_api:
            admin_api.upload(target, _gray(), budget=budget)
            return fine(NAME, "it took a gray picture, which stays there")
        url = connection.endpoint + urlsplit(target.url).path + "/profile"
        connection.request("image", "GET", url, budget=budget)
    except AuthgearError as error:
        return _explain(error, last, is_upload=admin_api is not None)
    return unknown(NAME, "it shows an image that was never uploaded")


def _explain(error: AuthgearError, last: LastAnswer, *, is_upload: bool) -> Check:
    """
    Say what an answer means.

    For an image that is not there, a store answers 404 in XML, and Authgear without a
    store 500 in JSON (contract: images.unknown_object, storedown.image). A 404 of
    anything else is a route that is missing.
    """
    if not is_upload and last.status == 404 and "xml" in last.content_type:
        return fine(NAME, "it answers; --upload tries it with a gray picture")
    if not is_upload and last.status in (301, 302, 307, 308):
        finding = "Authgear shows images from a CDN; --upload tries the store"
        return unknown(NAME, finding)
    if isinstance(error, authgear.Unavailable) and not last.is_of_a_proxy:
        return wrong(NAME, f"the image store does not work: {error}", STORE_REMEDY)
    if last.status == 413:
        finding = "a proxy takes no file of this size"
        return wrong(NAME, finding, "Let the proxy take bodies of 10 MB.")
    if isinstance(error, authgear.Unexpected):
        finding = f"/_images/ does not lead to {SERVER} (status {last.status})"
        return wrong(NAME, finding, ROUTE_REMEDY)
    return explain(NAME, SERVER, "/_images/", error, last)


def _gray() -> bytes:
    """Return a picture that shows nothing."""
    file = BytesIO()
    Image.new("RGB", (8, 8), "#808080").save(file, "PNG")
    return make_profile_picture(file.getvalue(), PictureSpec(size=240)).data
