"""A small co-op with somebody of every role and something of every kind, made over the API."""

import datetime
import itertools
import struct
import zlib

import requests

PASSWORD = "a long enough password"
# Who is asked for; a client is a merchant's program.
ROLES = [
    "courier",
    "merchant",
    "client",
    "dispatcher",
    "treasurer",
    "representative",
    "member",
    "admin",
]
CSV = 'reference,dropoff.address,dropoff.latlong\n{},5 Rue de Turenne,"48.862,2.36"\n'


def pixel():
    """The smallest picture there is, as PNG."""

    def chunk(kind, content):
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Actor:
    """Somebody who is logged in, or nobody."""

    def __init__(self, base, token=None):
        self.base, self.token, self.http = base, token, requests.Session()

    def call(self, method, path, **more):
        headers = more.pop("headers", {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.http.request(method, self.base + path, headers=headers, timeout=30, **more)
        if answer.status_code >= 400:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body):
        return self.call("POST", path, json=body)

    def log_in(self, email, password=PASSWORD):
        session = self.post("/v1/auth/login", {"email": email, "password": password})
        return Actor(self.base, session["access_token"])


class Coop:
    """Tokens by role, and ids by their prefix."""

    def __init__(self, base, email, password):
        self.nobody = Actor(base)
        self.admin = self.nobody.log_in(email, password)
        self.numbers = itertools.count(1)
        self.ids = {}
        self.people()
        self.tokens = {role: self.log_in(role) for role in ROLES}
        self.as_role = {role: Actor(base, token) for role, token in self.tokens.items()}
        self.things()

    def keep(self, made):
        """Remembers every id in an answer."""
        if isinstance(made, dict):
            for value in made.values():
                self.keep(value)
        elif isinstance(made, list):
            for value in made:
                self.keep(value)
        elif isinstance(made, str) and len(made) == 30 and made[3] == "_":
            known = self.ids.setdefault(made[:3], [])
            if made not in known:
                known.append(made)
        return made

    def people(self):
        shop = {
            "name": "Bistro",
            "kind": "restaurant",
            "place": {"latitude": 48.8566, "longitude": 2.3522},
            "address": "1 Rue de Rivoli",
        }
        self.shop = self.keep(self.admin.post("/v1/merchants", shop))["id"]
        self.client = self.keep(self.admin.post(f"/v1/merchants/{self.shop}/clients", {"name": "till"}))
        for role in ROLES:
            person = {"name": f"Somebody {role}", "email": f"{role}@coop.example", "password": PASSWORD}
            if role == "courier":
                self.courier = self.keep(self.admin.post("/v1/couriers", person))["id"]
            elif role != "client":
                more = {"merchant_id": self.shop} if role == "merchant" else {}
                self.keep(self.admin.post("/v1/users", {**person, "roles": [role], **more}))

    def log_in(self, role):
        if role != "client":
            return self.nobody.log_in(f"{role}@coop.example").token
        form = {"grant_type": "client_credentials", **self.client}
        return self.nobody.call("POST", "/oauth2/token", data=form)["access_token"]

    def order(self):
        return {
            "merchant_id": self.shop,
            "external_reference": f"made-{next(self.numbers)}",
            "dropoffs": [{"place": {"latitude": 48.862, "longitude": 2.36}, "address": "5 Rue de Turenne"}],
            "packages": [{"name": "box", "quantity": 1, "weight_g": 1200}],
        }

    def things(self):
        desk, shop, rider = (self.as_role[role] for role in ("dispatcher", "merchant", "courier"))
        books, admin = self.as_role["treasurer"], self.admin
        keep = self.keep
        now = datetime.datetime.now(datetime.timezone.utc)
        at = lambda hours: (now + datetime.timedelta(hours=hours)).isoformat()  # noqa: E731
        keep(desk.post(f"/v1/couriers/{self.courier}/shifts", {"from": at(-1), "to": at(8)}))
        keep(rider.post("/v1/me/shift/start", {}))
        place = {"latitude": 48.8566, "longitude": 2.3522, "accuracy_m": 5.0}
        rider.post("/v1/me/positions", {"fixes": [{"at": at(0), **place}]})
        for _ in range(4):
            keep(shop.post("/v1/quotes", self.order()))
            keep(shop.post("/v1/deliveries", self.order()))
        # One is done from end to end, so that there are prices, pay and an invoice.
        done = shop.post("/v1/deliveries", self.order())
        given = keep(desk.post(f"/v1/deliveries/{done['id']}/assign", {"courier_id": self.courier}))
        for task in given["tasks"]:
            proof = {"proof": {"signed_by": "Ada"}} if task["kind"] == "dropoff" else {}
            keep(rider.post(f"/v1/tasks/{task['id']}/done", proof))
        picture = f"/v1/tasks/{given['tasks'][1]['id']}/proofs"
        query = "?kind=photo&proof_id=prf_01k00000000000000000000000"
        keep(rider.call("POST", picture + query, data=pixel()))
        keep(rider.get("/v1/me/pay"))
        plan = {
            "name": "Lunch",
            "hours": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00"}],
            "length_minutes": 60,
            "capacity": 200,
            "days_ahead": 7,
        }
        keep(admin.post("/v1/slot-plans", {"plan": plan}))
        hook = {"merchant_id": self.shop, "url": "https://till.example.org/hooks"}
        hook = keep(admin.post("/v1/webhooks", hook))
        keep(shop.post(f"/v1/webhooks/{hook['id']}/test", {}))
        keep(shop.call("POST", "/v1/imports", data=CSV.format("row-1").encode(), headers={"Content-Type": "text/csv"}))
        keep(rider.post("/v1/me/reviews", {"about": {"kind": "other"}, "question": "Why?"}))
        expense = {"category": "repair", "amount": {"amount": 1990, "currency": "EUR"}, "note": "A chain."}
        for _ in range(3):
            keep(rider.post("/v1/me/expenses", expense))
        suspension = {"reason": "No brakes.", "begins_at": at(24 * 30), "ends_at": at(24 * 31)}
        keep(desk.post(f"/v1/couriers/{self.courier}/suspensions", suspension))
        shape = {"type": "Polygon", "coordinates": [[[2.0, 48.0], [3.0, 48.0], [3.0, 49.0], [2.0, 48.0]]]}
        keep(admin.post("/v1/zones", {"name": "centre", "shape": shape}))
        keep(admin.post("/v1/vehicles", {"name": "Trailer", "kind": "trailer"}))
        keep(books.post("/v1/invoices", {"merchant_id": self.shop, "from": at(-1), "to": at(0)}))
        keep(books.get("/v1/pay-runs/preview"))
