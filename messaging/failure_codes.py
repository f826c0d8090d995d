"""Which entry of `failures` a provider's code means.

Numbers are Meta's, which Bird and Jelou pass on:
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes.
Words are Jelou's (https://docs.jelou.ai/en/api/introduction) or ours (`http_429`); numbers of five digits
that begin with 11, 12 or 15 are Bird's
(https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-codes).

Codes that no send should get (calls, groups, template creation, migration) say just that: `about_…`.
"""

_BY_KEY = {
    "undeliverable": "131026 15005",
    "invalid_number": "192 11003",
    "opted_out": "131050",
    "marketing_cap": "131049",
    "experiment": "130472",
    "country_restricted": "130497",
    "pair_limit": "131056",
    "window_closed": "131047 130470",
    "contact_blocked": "130403",
    "recipient_is_sender": "131021",
    "test_number": "131030",
    "value_missing": "131008",
    "wrong_value_count": "132000",
    "invalid_value": "131009 132008 132018",
    "value_too_long": "132005",
    "media_unreachable": "invalid_media_url",
    "media_type": "unsupported_media_type http_415",
    "media_too_large": "media_too_large http_413",
    "media_failed": "131052 131053",
    "unsupported_kind": "131051 131055 131062 134100 136025 138000 12002",
    "template_missing": "132001",
    "template_not_approved": "134101 134102 141002",
    "template_paused": "132015",
    "template_disabled": "132016",
    "template_mismatch": "132012",
    "content_refused": "132007 139200",
    "flow_blocked": "132068 132069",
    "wrong_credentials": "0 102 190 unauthorized http_401",
    "permission_missing": "3 10 1005 131005 131063",
    "bot_not_found": "803 e1019 bot_not_found",
    "forbidden_bot": "forbidden_bot http_403",
    "invalid_request": (
        "100 135000 unprocessable_entity e0422 validator_error invalidpayload http_400 http_422 11002 11004"
    ),
    "rejected_by_provider": (
        "message_could_not_be_send notification_could_not_be_send http_404 12003 15012 134103 137000"
    ),
    "provider_error": "internal_server_error http_500 no_id unreadable",
    "provider_down": "unreachable http_502 http_503 http_504 12001",
    "no_answer": "no_answer",
    "rate_limited": "4 613 80007 80008 80012 130429 2494055 too_many_requests http_429",
    "whatsapp_trouble": "1 2 131000 131016 131027 131036 131057 133004 2494100",
    "spam_limit": "131048",
    "account_restricted": "368 131031 131064 139000",
    "payment": "131042 134011",
    "about_groups": (
        "130501 131020 131041 131201 131202 131203 131204 131207 131208 131209 131210 131211 131212 "
        "131213 131214 131215"
    ),
    "about_calls": (
        "131044 138001 138002 138003 138004 138005 138006 138007 138009 138012 138013 138014 138015 "
        "138017 138018 138019 138020 138021 138022 138023 138024 138025"
    ),
    "about_template_writing": (
        "200002 2388019 2388023 2388024 2388037 2388039 2388040 2388043 2388047 2388060 2388072 2388073 "
        "2388293 2388299 2388318 2388330"
    ),
    "about_setup": (
        "131035 131059 131060 133001 133002 133003 133007 133008 133009 139001 139002 139003 139004 "
        "139100 139101 139102 139103 147001 147002 147003 147004 147005 200005 200006 200007 1752041 "
        "2388001 2388012 2388091 2388093 2388103 2593079 2593085 2593107 2593108 2593109"
    ),
    "sender_not_ready": "33 131037 131045 133000 133005 133006 133010 133015 133016 11001 11005",
}

CODES = {code: key for key, codes in _BY_KEY.items() for code in codes.split()}
# Meta gives this whole range to missing permissions.
CODES |= {str(code): "permission_missing" for code in range(200, 300)}

# Keys that say little: anything more exact in the text that came along is preferred.
VAGUE = frozenset(
    {
        "invalid_request",
        "rejected_by_provider",
        "provider_error",
        "permission_missing",
        "whatsapp_trouble",
        "unlisted",
    }
)

# Sentences that Jelou gives instead of a code (https://docs.jelou.ai/whatsapp/hsm/send), in small letters.
PHRASES = {
    "template does not exist": "template_missing",
    "bot could not be found": "bot_not_found",
    "authentication failed": "wrong_credentials",
    "template is not approved": "template_not_approved",
}
