"""Names that all programs of a round agree on."""

CREDENTIALS = {"client_id": "bench-client", "client_secret": "bench-secret"}
# The campaign is the first one's; the other belongs to the same account and sends one-to-one messages only.
CAMPAIGN_BOT, OTHER_BOT = "bench-campaign", "bench-other"
