"""Jelou, as https://docs.jelou.ai describes it. What it does not describe stands in `assumed.py`.

gate        who may in: method, credentials, bot, body, pace, and the fault in force
sending     taking messages: templates (v2 hsm), session messages, the legacy address
hsm         what a template call must look like, and how it must agree with its template
session     what each kind of session message must look like; `cards` and `media` with it
listing     listing templates
notices     listing what became of template messages
hooks       where webhooks are subscribed
events      what the webhooks say
errors      the documented refusals, word for word
"""
