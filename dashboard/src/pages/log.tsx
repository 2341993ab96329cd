import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { LoggedAct } from "../api/logged-act";
import { sentence } from "../board/why-table";
import { dayOf, hourMinuteSecond, t } from "../i18n";
import { actWords } from "../i18n/act-words";
import { notifyError, select } from "../store/actions";
import { shortId } from "../store/derive";
import { PageFrame } from "./page-frame";

const DELIVERIES = [
  "assign", "unassign", "cancel", "return", "restore", "reschedule", "note", "tag", "lock", "unlock", "waive_pin", "reorder",
  "split", "join",
] as const;
const TOURS = [
  "make_tour", "change_tour", "give_tour", "take_back_tour", "carry_tour", "remove_tour", "join_tour", "leave_tour",
] as const;
const DESK = [...DELIVERIES, ...TOURS, "manual", "automatic", "suspend", "lift", "answer_review",
  "close_incident", "reopen_incident", "file_incident"] as const;
const ADMIN = [
  "create_user", "change_user", "create_courier", "create_merchant", "create_client", "put_price_book",
  "put_zone", "create_slot_plan", "set_skills", "create_vehicle", "change_vehicle", "open_hub", "change_hub",
] as const;
const SHIFTS = [
  "offer_shift", "change_opening", "withdraw_opening", "cancel_shift", "make_shift_template",
  "answer_days_off", "change_shift_template", "remove_shift_template", "publish_week", "correct_hours",
  "answer_correction",
] as const;
const MONEY = [
  "answer_expense", "make_pay_run", "confirm_pay_run", "cancel_pay_run", "fail_transfer", "issue_invoices", "record_payment",
  "credit_price", "reverse_entry", "agree_reversal", "correct_review", "book_surplus",
] as const;
const GROUPS = { desk: DESK, shifts: SHIFTS, admin: ADMIN, money: MONEY } as const;
const KINDS = [...DESK, ...SHIFTS, ...ADMIN, ...MONEY] as const;

const isKind = (kind: string): kind is (typeof KINDS)[number] => (KINDS as readonly string[]).includes(kind);

/** Acts on deliveries and routes keep what they did as the engine's codes say it. */
const isDesk = (kind: string) => kind === "manual" || kind === "automatic" || DELIVERIES.some((one) => one === kind);

/** Who did what, the newest first; narrowed by act, person, delivery or courier. */
export function LogPage() {
  const [search, setSearch] = useState<Record<string, string>>({});
  const [acts, setActs] = useState<LoggedAct[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const load = async (cursor?: string) => {
    try {
      const page = await api.log({ ...search, ...(cursor ? { cursor } : {}) });
      setActs((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next_cursor ?? null);
    } catch (error) {
      notifyError(error);
    }
  };
  useEffect(() => void load(), [search]);
  const narrow = (parts: Record<string, string>) =>
    setSearch(Object.fromEntries(Object.entries({ ...search, ...parts }).filter(([, value]) => value)));
  return (
    <PageFrame ready={acts !== null} office>
      <main class="sheet">
        <h1>{t("nav.log")}</h1>
        <form class="choices" role="search" onSubmit={(event) => {
          event.preventDefault();
          narrow(wanted(String(new FormData(event.currentTarget as HTMLFormElement).get("id") ?? "").trim()));
        }}>
          <label>{t("log.kind")} <select value={search.kind ?? ""}
            onInput={(event) => narrow({ kind: event.currentTarget.value })}>
            <option value="">{t("log.all")}</option>
            {(["desk", "admin", "money"] as const).map((group) => (
              <optgroup key={group} label={t(`log.group.${group}`)}>
                {GROUPS[group].map((kind) => <option key={kind} value={kind}>{t(`log.act.${kind}`)}</option>)}
              </optgroup>
            ))}
          </select></label>
          <label>{t("log.id")} <input name="id" placeholder="dlv_… cou_… usr_…" /></label>
          <button type="submit">{t("log.search")}</button>
          {Object.keys(search).length > 0 &&
            <button type="button" onClick={() => setSearch({})}>{t("log.clear")}</button>}
        </form>
        {acts?.length === 0 && <p class="muted">{t("log.none")}</p>}
        {acts && acts.length > 0 && <LogTable acts={acts} onNarrow={narrow} />}
        {next && <button type="button" onClick={() => void load(next)}>{t("log.more")}</button>}
      </main>
    </PageFrame>
  );
}

/** What an id is of, by its first letters. */
function wanted(id: string): Record<string, string> {
  return {
    delivery_id: id.startsWith("dlv_") ? id : "",
    courier_id: id.startsWith("cou_") ? id : "",
    user_id: id.startsWith("usr_") ? id : "",
  };
}

interface TableProps {
  acts: readonly LoggedAct[];
  onNarrow: (parts: Record<string, string>) => void;
}

function LogTable({ acts, onNarrow }: TableProps) {
  const at = (instant: string) => `${dayOf(Date.parse(instant))} ${hourMinuteSecond(Date.parse(instant))}`;
  const linked = (key: "delivery_id" | "courier_id" | "user_id", id: string | undefined, name: string) =>
    id && <button type="button" class="link-like" onClick={() => onNarrow({ [key]: id })}>{name}</button>;
  return (
    <div class="table-box wide-table" tabIndex={0} role="group" aria-label={t("nav.log")}>
      <table class="log">
        <thead><tr>
          <th scope="col">{t("log.at")}</th><th scope="col">{t("log.by")}</th>
          <th scope="col">{t("log.kind")}</th><th scope="col">{t("log.what")}</th><th scope="col">{t("log.detail")}</th>
        </tr></thead>
        <tbody>
          {acts.map(({ id, at: when, by, user_id, kind, delivery_id, merchant_name, courier_id, courier_name, detail }) => (
            <tr key={id} data-logged={kind}>
              <td>{at(when)}</td>
              <td>{linked("user_id", user_id, by)}</td>
              <th scope="row">{isKind(kind) ? t(`log.act.${kind}`) : kind}</th>
              <td>{linked("delivery_id", delivery_id, `${merchant_name ?? ""} ${shortId(delivery_id ?? "")}`.trim())}{" "}
                {linked("courier_id", courier_id, courier_name ?? shortId(courier_id ?? ""))}{" "}
                {delivery_id && <a href="#board" onClick={() => select({ kind: "delivery", id: delivery_id })}
                  aria-label={t("log.board", { what: `${merchant_name ?? ""} ${shortId(delivery_id)}` })}>
                  {t("nav.board")}</a>}</td>
              <td class="names">{isDesk(kind)
                ? sentence(detail, (of) => (of === courier_id ? courier_name : null) ?? shortId(of))
                : actWords(detail as Record<string, unknown>)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
