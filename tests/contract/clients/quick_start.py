"""The quick start by a client that openapi-python-client has made of the API's own description.

python quick_start.py URL CLIENT_ID CLIENT_SECRET, with the made package `paceline_client` in the path.
"""

import sys

from paceline_client import AuthenticatedClient, Client
from paceline_client.api.everybody import issue_token
from paceline_client.api.orders import cancel_delivery, create_quote, show_delivery, take_quote
from paceline_client.models import (
    CancelIn,
    DeliveryIn,
    PackageInput,
    Position,
    Problem,
    QuoteTakeIn,
    Stop,
    TokenIn,
)

base, client_id, client_secret = sys.argv[1:]

asked = TokenIn(grant_type="client_credentials", client_id=client_id, client_secret=client_secret)
token = issue_token.sync(client=Client(base_url=base), body=asked)
shop = AuthenticatedClient(base_url=base, token=token.access_token)

order = DeliveryIn(
    dropoffs=[Stop(place=Position(latitude=48.862, longitude=2.36), address="5 Rue de Turenne")],
    packages=[PackageInput(name="box", quantity=1, weight_g=1200)],
)
quote = create_quote.sync(client=shop, body=order, idempotency_key="python-quote")
assert quote.price.amount > 0 and quote.price.currency == "EUR", quote

taking = QuoteTakeIn(external_reference="python-1")
taken = take_quote.sync(quote.id, client=shop, body=taking, idempotency_key="python-take")
again = take_quote.sync(quote.id, client=shop, body=taking, idempotency_key="python-take")
assert again.id == taken.id, "the same key is the same delivery"

shown = show_delivery.sync(taken.id, client=shop)
assert shown.state == "open" and shown.price == quote.price, shown

cancelled = cancel_delivery.sync(taken.id, client=shop, body=CancelIn(reason="Sold out."))
assert cancelled.state == "cancelled" and cancelled.end_reason.note == "Sold out.", cancelled

# What goes wrong has a type, too.
problem = take_quote.sync(quote.id, client=shop, body=QuoteTakeIn())
assert isinstance(problem, Problem) and problem.code == "quote-used", problem
print("python: quoted, ordered, shown and cancelled", taken.id)
