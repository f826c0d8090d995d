"""Where conversations are. The addresses hang in the site itself, as those of Operations do."""

from django.contrib import admin
from django.urls import path

from . import answering, shelves, threads

_view = admin.site.admin_view
urlpatterns = [
    path("", _view(shelves.index), name="conversations"),
    path("list/", _view(shelves.listed), name="conversation_list"),
    path("<int:pk>/", _view(threads.thread), name="conversation"),
    path("<int:pk>/news/", _view(threads.news), name="conversation_news"),
    path("<int:pk>/answer/", _view(answering.answer), name="conversation_answer"),
    path("<int:pk>/note/", _view(answering.note), name="conversation_note"),
    path("<int:pk>/assign/", _view(answering.assign), name="conversation_assign"),
    path("<int:pk>/state/", _view(answering.set_state), name="conversation_state"),
]
