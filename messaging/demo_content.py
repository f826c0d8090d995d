"""What people of the demo say besides templates: one message of each kind that is nice to look at."""

from collections.abc import Sequence

from django.conf import settings

from messaging.content import ButtonsContent, Content, ImageContent, ListContent, LocationContent
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import MediaFile


def rich_contents() -> Sequence[Content]:
    picture = MediaFile(url=f"{settings.SIMULATOR_URL}/media/promo.png", label="Promoción")
    return (
        ButtonsContent(
            header="Tu pedido",
            body="¿Te queda bien la entrega *mañana por la tarde*?",
            footer="Tienda Andina",
            buttons=(ReplyButton(title="Sí, perfecto"), ReplyButton(title="Otro día")),
        ),
        ListContent(
            body="¿En qué te podemos ayudar hoy?",
            label="Ver opciones",
            sections=(
                ListSection(
                    title="Pedidos",
                    rows=(
                        ListRow(title="Seguir mi pedido", description="Dónde está y cuándo llega"),
                        ListRow(title="Cambiar la dirección"),
                    ),
                ),
                ListSection(title="Pagos", rows=(ListRow(title="Pedir una factura"),)),
            ),
        ),
        ImageContent(files=(picture,), body="Lo nuevo de esta semana"),
        LocationContent(
            latitude="-2.1894",
            longitude="-79.8891",
            name="Tienda Andina",
            address="Av. 9 de Octubre, Guayaquil",
        ),
    )
