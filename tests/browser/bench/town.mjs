// A large town, made and kept moving through the public HTTP API alone.

/** The large town of the bench. */
export const LARGE = { couriers: 500, deliveries: 1_000, shops: 25, assigned_permille: 700 };
/** How often each courier's phone reports. */
export const FIX_EVERY_MS = 5_000;
const AT_ONCE = 12;
const ACTS_PER_CALL = 100;
export const PASSWORD = "for the bench alone";
/** Degrees, about 4 km: the town's half width. */
const REACH = 0.036;

/** The same town each time: a small generator with a seed (mulberry32). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs `work` over the items, a dozen at a time. */
async function each(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index], index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

export class Town {
  constructor(url, { email, password }, size = LARGE) {
    Object.assign(this, { url, email, password, size });
    this.random = chance(7);
    this.sent = 0;
    this.refused = 0;
  }

  async call(path, body, token) {
    const response = await fetch(new URL(path, this.url), {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** A dispatcher with this name. */
  async dispatcher(name) {
    const email = `${name.toLowerCase()}-${Date.now().toString(36)}@bench.example`;
    await this.call("/v1/users", { name, email, password: PASSWORD, roles: ["dispatcher"] }, this.desk);
    return { email, password: PASSWORD };
  }

  board() {
    return this.call("/v1/board", undefined, this.desk);
  }

  async logIn(email, password) {
    return (await this.call("/v1/auth/login", { email, password })).access_token;
  }

  somewhere() {
    return {
      latitude: this.base.latitude + (this.random() * 2 - 1) * REACH,
      longitude: this.base.longitude + (this.random() * 2 - 1) * REACH * 1.4,
    };
  }

  async make() {
    this.desk = await this.logIn(this.email, this.password);
    this.base = (await this.board()).base;
    const { couriers, deliveries, shops: shopCount, assigned_permille } = this.size;
    const run = Date.now().toString(36);
    const shops = await each(Array.from({ length: shopCount }), async (_, n) => this.call("/v1/merchants", {
      name: `Shop ${n + 1}`, kind: "restaurant", place: this.somewhere(), address: `${n + 1} Rue du Banc`,
    }, this.desk));
    this.couriers = await each(Array.from({ length: couriers }), async (_, n) => {
      const email = `courier-${n}-${run}@bench.example`;
      const place = this.somewhere();
      const { id } = await this.call("/v1/couriers", {
        name: `Courier ${String(n + 1).padStart(3, "0")}`, email, password: PASSWORD,
        vehicle: n % 5 === 0 ? "cargo_bike" : "bike",
      }, this.desk);
      const token = await this.logIn(email, PASSWORD);
      await this.call("/v1/me/shift/start", {}, token);
      return { id, email, token, place, heading: this.random() * 2 * Math.PI };
    });
    await Promise.all(this.couriers.map((courier) => this.report(courier)));
    const { now } = await this.call("/v1/clock");
    this.shops = shops;
    this.run = run;
    this.opened = Date.parse(now);
    const made = await each(Array.from({ length: deliveries }), (_, n) => this.order(n));
    this.deliveries = made;
    const given = made.slice(0, Math.floor((deliveries * assigned_permille) / 1000));
    for (let from = 0; from < given.length; from += ACTS_PER_CALL) {
      const acts = given.slice(from, from + ACTS_PER_CALL).map(({ id }, n) => ({
        delivery_id: id,
        act: "assign", courier_id: this.couriers[(from + n) % couriers].id,
      }));
      await this.call("/v1/board/acts", { acts }, this.desk);
    }
  }

  /** A delivery with a window, asked for by one shop after the other. */
  order(n) {
    const at = (minutes) => new Date(this.opened + minutes * 60_000).toISOString();
    const before = 15 + Math.floor(this.random() * 165);
    return this.call("/v1/deliveries", {
      merchant_id: this.shops[n % this.size.shops].id, external_reference: `B${this.run}-${n}`,
      dropoffs: [{
        place: this.somewhere(), address: `${n + 1} Avenue de la Mesure`,
        window: { after: at(1), before: at(before) },
      }],
    }, this.desk);
  }

  /** Sends where a courier is; gives the time of the fix. */
  async report(courier) {
    const at = new Date().toISOString();
    const fix = { at, ...courier.place, accuracy_m: 5 };
    const { accepted } = await this.call("/v1/me/positions", { fixes: [fix] }, courier.token);
    this.sent += 1;
    this.refused += 1 - accepted;
    return at;
  }

  /** Some 25 metres on: five seconds on a bike. */
  ride(courier) {
    courier.heading += (this.random() - 0.5) * 0.6;
    const { latitude, longitude } = courier.place;
    const far = Math.abs(latitude - this.base.latitude) > REACH ||
      Math.abs(longitude - this.base.longitude) > REACH * 1.4;
    if (far) courier.heading += Math.PI / 2;
    courier.place = {
      latitude: latitude + Math.cos(courier.heading) * 0.00022,
      longitude: longitude + Math.sin(courier.heading) * 0.00032,
    };
  }

  /** Keeps everybody moving, evenly spread over the five seconds; gives how to stop. */
  start(onReport = () => {}) {
    let next = 0;
    let stopped = false;
    const begun = performance.now();
    const pump = () => {
      if (stopped) return;
      const due = ((performance.now() - begun) / FIX_EVERY_MS) * this.size.couriers;
      while (next < due) {
        const courier = this.couriers[next % this.size.couriers];
        next += 1;
        this.ride(courier);
        const sentAt = Date.now();
        this.report(courier).then((at) => onReport(courier, at, sentAt), () => (this.refused += 1));
      }
      setTimeout(pump, 10);
    };
    pump();
    return () => (stopped = true);
  }
}
