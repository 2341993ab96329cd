// What survives the tab, the tunnel and the night: events and fixes that the server has not
// acknowledged, and the last it said. One database a person: a shared phone mixes nothing up.
import type { RouteStop } from "../api/types";
import type { Act, PhoneEvent } from "./journal";

export interface Fix {
  at: string;
  latitude: number;
  longitude: number;
  accuracy_m?: number;
}

/** A picture of a handing over, on its way. */
export interface ProofFile {
  id: string;
  task_id: string;
  kind: "photo" | "signature";
  at: string;
  picture: Blob;
}

/** A picture of an incident, on its way behind it. */
export interface IncidentFile {
  id: string;
  incident_id: string;
  picture: Blob;
}

export type KeptFile = ProofFile | IncidentFile;

/** Something that went wrong, on its way. */
export interface KeptIncident {
  id: string;
  kind: string;
  text?: string;
  task_id?: string;
  at: string;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** Most fixes kept: seven days of shifts. The oldest go first. */
const FIXES_MAX = 50_000;

/** What is kept, and under what key. Whoever adds a store raises the version. */
const STORES_VERSION = 3;
const STORES: [string, IDBObjectStoreParameters?][] = [
  // The key is the event's number: given once, without gaps, whatever tab asks.
  ["events", { keyPath: "seq", autoIncrement: true }],
  ["fixes", { keyPath: "at" }],
  ["files", { keyPath: "id" }],
  ["incidents", { keyPath: "id" }],
  ["kept"],
];

export class Storage {
  private constructor(private readonly db: IDBDatabase) {}

  static async open(user: string): Promise<Storage> {
    const request = indexedDB.open(`paceline-courier-${user}`, STORES_VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const [name, key] of STORES) {
        if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, key);
      }
    };
    return new Storage(await done(request));
  }

  close(): void {
    this.db.close();
  }

  /** Keeps an event under the next number. It is safe when this resolves. */
  async add(event: { id: string; at: string; act: Act; back?: RouteStop[] }): Promise<PhoneEvent> {
    const transaction = this.db.transaction("events", "readwrite", { durability: "strict" });
    const seq = await done(transaction.objectStore("events").add(event));
    await committed(transaction);
    return { ...event, seq: Number(seq) };
  }

  async events(): Promise<PhoneEvent[]> {
    return done(this.db.transaction("events").objectStore("events").getAll());
  }

  async dropEvents(seqs: number[]): Promise<void> {
    const transaction = this.db.transaction("events", "readwrite");
    for (const seq of seqs) transaction.objectStore("events").delete(seq);
    await committed(transaction);
  }

  /** Keeps a picture until it is sent. It is safe when this resolves. */
  async addFile(file: KeptFile): Promise<void> {
    const transaction = this.db.transaction("files", "readwrite", { durability: "strict" });
    transaction.objectStore("files").put(file);
    await committed(transaction);
  }

  /** One at a time: a picture is large. */
  async nextFile(): Promise<KeptFile | undefined> {
    const files = this.db.transaction("files").objectStore("files");
    return (await done<KeptFile[]>(files.getAll(undefined, 1)))[0];
  }

  /** Pictures and incidents. */
  async countFiles(): Promise<number> {
    const transaction = this.db.transaction(["files", "incidents"]);
    const [files, incidents] = [transaction.objectStore("files").count(), transaction.objectStore("incidents").count()];
    return (await done(files)) + (await done(incidents));
  }

  /** Keeps an incident with its pictures until they are sent: all of it, or nothing. */
  async addIncident(incident: KeptIncident, pictures: readonly IncidentFile[]): Promise<void> {
    const transaction = this.db.transaction(["files", "incidents"], "readwrite", { durability: "strict" });
    transaction.objectStore("incidents").put(incident);
    for (const picture of pictures) transaction.objectStore("files").put(picture);
    await committed(transaction);
  }

  async nextIncident(): Promise<KeptIncident | undefined> {
    const incidents = this.db.transaction("incidents").objectStore("incidents");
    return (await done<KeptIncident[]>(incidents.getAll(undefined, 1)))[0];
  }

  async dropIncident(id: string): Promise<void> {
    const transaction = this.db.transaction("incidents", "readwrite");
    transaction.objectStore("incidents").delete(id);
    await committed(transaction);
  }

  async dropFile(id: string): Promise<void> {
    const transaction = this.db.transaction("files", "readwrite");
    transaction.objectStore("files").delete(id);
    await committed(transaction);
  }

  async addFix(fix: Fix): Promise<void> {
    const transaction = this.db.transaction("fixes", "readwrite");
    const fixes = transaction.objectStore("fixes");
    fixes.put(fix);
    if ((await done(fixes.count())) > FIXES_MAX) {
      const oldest = await done(fixes.openCursor());
      oldest?.delete();
    }
    await committed(transaction);
  }

  /** The oldest ones, in order. */
  async fixes(most: number): Promise<Fix[]> {
    const fixes = this.db.transaction("fixes").objectStore("fixes");
    return done(fixes.getAll(undefined, most));
  }

  async countFixes(): Promise<number> {
    return done(this.db.transaction("fixes").objectStore("fixes").count());
  }

  async dropFixes(ats: string[]): Promise<void> {
    const transaction = this.db.transaction("fixes", "readwrite");
    for (const at of ats) transaction.objectStore("fixes").delete(at);
    await committed(transaction);
  }

  async kept<T>(key: string): Promise<T | undefined> {
    return done(this.db.transaction("kept").objectStore("kept").get(key));
  }

  async keep(key: string, value: unknown): Promise<void> {
    const transaction = this.db.transaction("kept", "readwrite");
    transaction.objectStore("kept").put(value, key);
    await committed(transaction);
  }

  /** The name of this installation, made on first use. */
  async phone(make: () => string): Promise<string> {
    const transaction = this.db.transaction("kept", "readwrite", { durability: "strict" });
    const kept = transaction.objectStore("kept");
    const known = await done<string | undefined>(kept.get("phone"));
    if (known) return known;
    const fresh = make();
    kept.put(fresh, "phone");
    await committed(transaction);
    return fresh;
  }
}
