"""The recorded probes that the emulator does not follow, with the reasons."""

from __future__ import annotations

# Reason -> probes.
REASONS = {
    "the emulator always answers before the write can be read, which is the worse of "
    "the two cases recorded; tests/local covers it": "commitfail.slow_commit",
    "hooks are played by the emulator, not called over HTTP": "hook.request_received",
    "to the product it is the same as hook.deny or hook.500": """
        hook.deny_bare hook.badjson hook.badschema
    """,
    "only JPEG is ever uploaded, and every image is shown as JPEG": """
        images.png.profile images.png.original images.webp.profile images.webp.original
        images.gif.profile images.gif.original images.txt.original
        images.txtjpeg.original images.svg.profile images.svg.original
        images.html.original images.avif.profile images.avif.original
        images.heic.profile images.heic.original images.bmp.profile
        images.bmp.original images.tiff.profile images.tiff.original
        images.jp2.profile images.jp2.original images.ico.original
        images.png_rgba.profile images.png_rgba.original images.png_gray.profile
        images.png_gray.original images.png_palette.profile
        images.png_palette.original images.gif_animated.profile
        images.gif_animated.original images.webp_animated.profile
        images.webp_animated.original
    """,
    "the product reads images with GET, from the first byte and by the exact path": """
        images.no_variant images.trailing images.head images.range
    """,
    "the status is the recorded one; nobody reads the body": """
        images.with_bearer images.bad_bearer cdn.image_other_host
    """,
    "the product asks for upload URLs with GET, and by the exact path": """
        presign.post presign.post_json presign.put presign.head presign.options
        presign.trailing_slash presign.unknown_path presign.unknown_path_noauth
    """,
    "the emulator trusts the proxy in front of it": """
        cdn.presign_x_forwarded_host_untrusted
    """,
    "the product uploads with POST, one whole form of known length": """
        upload.no_boundary upload.wrong_boundary upload.empty_body
        upload.truncated_multipart upload.put upload.patch upload.get upload.delete
        upload.options upload.chunked
    """,
    "the product does not change upload URLs; the emulator says of each that is not "
    "its own that the signature is invalid": """
        upload.signature_not_hex upload.no_query upload.drop_date upload.drop_expires
        upload.date_malformed
    """,
    "the product signs no upload URLs": "upload.bad_metadata",
    "the product asks for users alone": """
        gql.node.identity_id gql.node.authenticator_id gql.update.user_identity_id
    """,
    "the product's queries are fixed and valid, with all variables; the emulator lets "
    "graphql-core word what is wrong with others": """
        gql.node.null_id gql.update.attrs_literal gql.update.input_missing
        gql.update.input_no_userid gql.update.input_unknown_field gql.err.unknown_field
        gql.err.unknown_root_field gql.err.unknown_mutation gql.err.field_not_on_node
        gql.err.missing_variables gql.err.missing_variables_empty
        gql.err.wrong_variable_type gql.err.empty_query gql.err.two_ops_no_name
        gql.err.op_name_unknown gql.op_name
    """,
    "the product sets a picture by the URI of an image that it has uploaded, and sends "
    "no address of one back": """
        gql.update.picture_authgear_no_slash
        gql.update.picture_authgear_no_slash.later_read
        gql.update.picture_authgear_root gql.update.picture_authgear_root.later_read
        gql.update.picture_authgear_with_query
        gql.update.picture_authgear_with_query.later_read
        gql.update.picture_own_host_original
        gql.update.picture_own_host_original.later_read
        gql.update.picture_own_host_no_variant
        gql.update.picture_own_host_no_variant.later_read
        gql.update.picture_own_host_short gql.update.picture_own_host_short.later_read
        gql.update.echo_all_derived.stored cdn.echo_cdn_url.stored
    """,
    "the product sends no custom attributes": """
        gql.update.custom_ok gql.update.custom_unknown gql.update.custom_empty
    """,
    "the product updates no user twice in one request": """
        gql.multi.two gql.multi.five
    """,
    "the product sends no such mutation; the tests set the state themselves": """
        gql.state.disable gql.state.schedule_delete gql.state.anonymize
        gql.state.delete
    """,
    "the product sends JSON objects in UTF-8, with POST, and by the exact path": """
        gql.http.json_null gql.http.empty_object gql.http.variables_string
        gql.http.json_charset_latin1 gql.http.application_graphql gql.http.get
        gql.http.get_query gql.http.get_no_auth gql.http.put gql.http.options
        gql.http.alt_path
    """,
    "the product does not read the audit log": """
        audit.logs_by_user audit.logs_by_type audit.with_context
        audit.context_not_object.log audit.no_context audit.failed_update
        audit.noop_update audit.context_http_url_key
    """,
    "the product reads Content-Type, Location, Date and Retry-After alone": """
        misc.headers.presign misc.headers.graphql misc.headers.upload
        misc.headers.image
    """,
    "the product speaks HTTP/1.1, with a Host": """
        misc.keepalive.http10 misc.no_host
    """,
    "how much of a body a client gets rid of before the answer depends on buffers; "
    "through the proxy it is all of it": "misc.big_body_bad_signature.3004",
    "takes 15 s; no connection is closed for being idle": "misc.keepalive.idle_15s",
    "nothing was recorded": "misc.gzip",
    "a measurement of speed": """
        misc.ratelimit.node_300 misc.ratelimit.presign_600 misc.ratelimit.update_150
        timing
    """,
    "a count of types; the emulator has those in use": "schema.introspection",
    "the answer of a proxy, not of Authgear; a fault with status 413 plays it": """
        upload.exactly_10MiB_behind_10M_proxy
    """,
}
NOT_FOLLOWED = {
    probe_id: reason for reason, names in REASONS.items() for probe_id in names.split()
}
