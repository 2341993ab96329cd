// The rules that the members voted, as far as a phone goes by them, and what becomes of them.

export interface RuleChange {
  rule: "dispatch" | "tariff" | "prices" | "split" | "surplus" | "shifts";
  version: string;
  announced_at: string;
  since: string;
  /** What it will say, while it does not act yet. */
  says?: string;
}

export interface Rules {
  dispatch: { policy: { assignment: { mode: "direct" | "offer" | "offer_several" | "open_list" } } };
  coop: { time_zone: string };
  changes: RuleChange[];
}
