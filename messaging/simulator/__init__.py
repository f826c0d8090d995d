"""A stand-in for the companies we send through, in a process of its own, over real HTTP.

Written from what the providers document and from nothing else: it imports none of the product's
code, so a mistake of ours cannot hide in both. It refuses whatever the real one is documented to
refuse, keeps a phone for every number, sends webhooks back, and misbehaves on command.

    rows, world, switches, counters     what is true, in memory, behind one lock
    lifecycle, callbacks                what happens by itself: statuses, webhooks
    shapes, faults                      saying no: to wrong bodies, and on command
    entrance, letters                   what providers have in common: coming in, and webhooks going out
    jelou/, bird/                       one provider each: its addresses, rules, errors, events and drawing
    phones, drawing, bubbles, markup, media   what people look at
    control                             what tests turn

Another provider is another package beside these: its `urls.py` goes into `urls.py`, its `events` module
into `callbacks.VOICES`, its `drawing` into `drawing.DRAWERS`. What Jelou calls a company and a bot is a
workspace and a channel at Bird.

Numbers with a fate: one that ends in 0404 is never delivered (Meta's 131026, no WhatsApp there),
one that ends in 0429 is withheld (Meta's 131049, too much marketing). See `lifecycle.FATES`.
"""
