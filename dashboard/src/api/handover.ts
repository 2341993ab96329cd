// What stops ask for before goods change hands, and what was shown there.

/** What a stop asks for before goods change hands. */
export type HandoverNeed = "name" | "photo" | "signature" | "pin" | "scan";

/** What a courier reads of it. */
export interface Asked {
  needs: HandoverNeed[];
  pin_tries_left?: number;
  /** The parcels that change hands there. */
  parcels: { number: number; name?: string }[];
}

/** What is known of it afterwards. */
export interface Handover {
  needs?: HandoverNeed[];
  /** For the shop alone. */
  pin?: string;
  pin_tries_left?: number | null;
  proof?: {
    signed_by?: string | null;
    pin?: boolean;
    pictures?: { id: string; kind: string }[];
    scanned?: number[];
  } | null;
  missing?: { parcel: number; code: string; note?: string | null }[];
}

/** A picture of a handing over, as it has come in. */
export interface ProofPicture {
  id: string;
  task_id: string;
  kind: "photo" | "signature";
  taken_at: string;
}
