"""Every address, one provider's beside the other's."""

from django.urls import include, path

from messaging.simulator import assets, control, media, phones
from messaging.simulator.bird import turning as bird
from messaging.simulator.control import turning
from messaging.simulator.jelou import gate

handler404 = gate.not_found

controls = [
    path("reset", turning(POST=control.reset)),
    path("companies", turning(POST=control.add_company)),
    path("bots", turning(POST=control.add_bot)),
    path("templates", turning(POST=control.add_template)),
    path("templates/status", turning(POST=control.set_template_status)),
    path("switches", turning(GET=control.show_switches, POST=control.switches)),
    path("faults", turning(GET=control.list_faults, POST=control.add_fault, DELETE=control.clear_faults)),
    path("clock", turning(POST=control.clock)),
    path("inbound", turning(POST=control.inbound)),
    path("look", turning(POST=control.look)),
    path("counters", turning(GET=control.counters)),
    path("messages", turning(GET=control.messages)),
    path("deliveries", turning(GET=control.deliveries)),
    path("bird/workspaces", turning(POST=bird.add_workspace)),
    path("bird/channels", turning(POST=bird.add_channel)),
    path("bird/templates", turning(POST=bird.add_template)),
    path("bird/templates/status", turning(POST=bird.set_template_status)),
    path("bird/contacts", turning(POST=bird.add_contact)),
    path("bird/inbound", turning(POST=bird.inbound)),
    path("pending", turning(GET=control.pending)),
    path("ready", turning(GET=control.ready)),
]

urlpatterns = [
    path("", phones.index, name="index"),
    path("phones/", phones.find, name="find"),
    path("phones/<str:bot_id>/<str:number>/", phones.chat, name="chat"),
    path("phones/<str:bot_id>/<str:number>/news", phones.news, name="news"),
    path("assets/<str:name>", assets.asset, name="asset"),
    path("media/<str:name>", media.sample, name="media"),
    path("_control/", include(controls)),
    path("", include("messaging.simulator.jelou.urls")),
    path("", include("messaging.simulator.bird.urls")),
]
