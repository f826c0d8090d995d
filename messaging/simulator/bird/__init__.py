"""Bird's Channels API, as https://docs.bird.com/api/channels-api describes it. What that leaves open stands
in `assumed.py`.

gate        who may in: key, workspace, channel, body, pace, and the fault in force
sending     taking messages
messages    what a message must look like; `bodies` what may stand in it, `whatsapp` what WhatsApp adds
templates   projects and channel templates: what they are, listing them, putting values in
reading     what became of messages, the window of a contact, the channel; `paging` with it
rows        the objects that are answered: message, interaction
hooks       where webhooks are subscribed
events      what the webhooks say, and their signature
errors      the documented refusals, in the words of the library that Bird validates with
drawing     the phone
turning     what tests and the demo turn
"""
