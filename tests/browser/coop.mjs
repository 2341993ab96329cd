// A co-op for one test: a server with its own Postgres and Redis, one shop, one courier, a clock
// that runs fast, and no robos. PACELINE says where the program is.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PASSWORD = "correct horse";
const ADMIN = "admin@coop.example";
const BASE = { latitude: 48.8566, longitude: 2.3522 };
const METRES_PER_DEGREE = 111_195 * Math.cos((BASE.latitude * Math.PI) / 180);
const STARTING_MS = 60_000;

const metresEast = (m) => ({ ...BASE, longitude: BASE.longitude + m / METRES_PER_DEGREE });

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Polls until `holds`; fails after `patienceMs`. */
async function until(holds, patienceMs = 30_000) {
  const end = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it never came: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The founding policy, with time to answer that a browser on a fast clock has, too. */
async function patientPolicy(folder, mode) {
  const founding = new URL("../../config/policy/dispatch.toml", import.meta.url);
  const text = (await readFile(founding, "utf8"))
    .replace(/^mode = .*$/m, `mode = "${mode}"`)
    .replace(/^offer_expiry_s = .*$/m, "offer_expiry_s = 1200")
    .replace(/^position_age_max_s = .*$/m, "position_age_max_s = 1200");
  const path = join(folder, "dispatch.toml");
  await writeFile(path, text);
  return path;
}

const morning = () => `${new Date().toISOString().slice(0, 10)}T07:00:00Z`;

/** `settings`: more of them, as the environment names them. */
export async function startCoop({ speed, mode = "offer", settings = {} }) {
  const folder = await mkdtemp(join(tmpdir(), "paceline-browser-"));
  await chmod(folder, 0o755); // For the services' account; their own directories inside are closed.
  const url = `http://127.0.0.1:${await freePort()}`;
  const env = { ...process.env };
  delete env.DATABASE_URL;
  delete env.REDIS_URL;
  const server = spawn(process.env.PACELINE ?? "target/debug/paceline", ["serve"], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...env,
      PACELINE_SERVER__LISTEN: new URL(url).host,
      PACELINE_SERVER__DATA_DIR: folder,
      PACELINE_CLOCK__SPEED: String(speed),
      // A day that flies by begins in its morning, or midnight would come in the middle of the work.
      PACELINE_CLOCK__START: speed === 1 ? "" : morning(),
      PACELINE_AUTH__ADMIN_EMAIL: ADMIN,
      PACELINE_AUTH__ADMIN_PASSWORD: PASSWORD,
      PACELINE_POLICY__DISPATCH: await patientPolicy(folder, mode),
      PACELINE_LOG__FILTER: "warn",
      ...settings,
    },
  });
  const over = new Promise((resolve) => server.once("exit", resolve));
  await until(async () => {
    if (server.exitCode !== null) throw new Error("the server did not start");
    return fetch(`${url}/livez`).then(({ ok }) => ok, () => false);
  }, STARTING_MS);

  async function call(token, method, path, body) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(url + path, {
      method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  }
  const logIn = async (email) =>
    (await call(null, "POST", "/v1/auth/login", { email, password: PASSWORD })).access_token;

  const admin = await logIn(ADMIN);
  const asAdmin = (method, path, body) => call(admin, method, path, body);
  const shop = await asAdmin("POST", "/v1/merchants", {
    name: "Boulangerie Paul", kind: "shop", place: BASE, address: "1 rue du Four",
  });
  const email = "lina@coop.example";
  const courier = await asAdmin("POST", "/v1/couriers", {
    name: "Lina", email, password: PASSWORD, vehicle: "bike",
  });
  const ride = await logIn(email);
  return {
    url,
    courier: { ...courier, email },
    metresEast,
    until,
    asAdmin,
    shop,
    admin: ADMIN,
    /** Calls as somebody else who can log in. */
    as: async (address) => {
      const token = await logIn(address);
      return (method, path, body) => call(token, method, path, body);
    },
    asCourier: (method, path, body) => call(ride, method, path, body),
    delivery: (id) => asAdmin("GET", `/v1/deliveries/${id}`),
    now: async () => Date.parse((await call(null, "GET", "/v1/clock")).now),
    /** Asks for a delivery between two points, in metres east of the shop. */
    order: (from, to) => asAdmin("POST", "/v1/deliveries", {
      merchant_id: shop.id,
      pickups: [{ place: metresEast(from), address: "1 rue du Four" }],
      dropoffs: [{ place: metresEast(to), address: `${to} quai des Brumes` }],
    }),
    async stop() {
      server.kill("SIGTERM");
      await over;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
