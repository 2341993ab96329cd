import assert from "node:assert/strict";
import { test } from "node:test";
import type { Invoice, Member, OpenReview, Receivable, Sharing, Transfer, WholeRun } from "../src/api/office-types";
import type { Role } from "../src/api/types";
import { actWords } from "../src/i18n/act-words";
import { en } from "../src/i18n/en";
import { fr } from "../src/i18n/fr";
import { byUrgency, dueClock } from "../src/store/inbox";
import { changeOf, mayBeClosed } from "../src/store/members";
import { addressOf, pagesOf } from "../src/store/page";
import { answerOf, changedInputs, decisionAbout } from "../src/store/reviews";
import { flatRules } from "../src/store/rules";
import { comingDays, emptyPlan, planOf, weekText } from "../src/store/slots";
import {
  addsUp, allowedOf, balances, byKind, confirms, dayIn, inState, isOver, lastMonth, mayFail, owedInAll, percentText, pursesOf, readPercent,
  runSums,
} from "../src/store/treasury";
import { plainAmount, readAmount } from "../src/ui/money";

const euros = (amount: number) => ({ amount, currency: "EUR" });

test("an amount is read to the minor unit, or not at all", () => {
  for (const [text, amount] of [
    ["12", 1200], ["12.5", 1250], ["12,50", 1250], ["0.07", 7], ["1 234,56", 123_456], ["1\u202f234.00", 123_400],
  ] as const) assert.equal(readAmount(text, "EUR"), amount, text);
  for (const wrong of ["", "-1", "1.234", "1.2.3", "12 EUR", "1e3", ".5", "90071992547409.93"]) {
    assert.equal(readAmount(wrong, "EUR"), null, wrong);
  }
  assert.equal(readAmount("500", "JPY"), 500);
  assert.equal(readAmount("5.1", "JPY"), null, "a yen has no parts");
});

test("a share of a whole is read in hundredths of a percent", () => {
  for (const [text, points] of [["57.5", 5750], ["57,5", 5750], ["100", 10_000], ["0", 0], ["5.05", 505]] as const) {
    assert.equal(readPercent(text), points, text);
  }
  for (const wrong of ["", "100.01", "-1", "57.555", "x"]) assert.equal(readPercent(wrong), null, wrong);
  assert.equal(percentText(5750), "57.5");
});

test("the month before this one is over, and this one is not", () => {
  assert.equal(lastMonth("2026-01-31"), "2025-12");
  assert.equal(lastMonth("2026-11-30"), "2026-10");
  assert.equal(isOver("2026-02", "2026-03-01"), true);
  assert.equal(isOver("2026-03", "2026-03-31"), false);
  assert.equal(isOver("", "2026-03-31"), false);
});

test("the day is that of the co-op, wherever somebody looks from", () => {
  const newYear = Date.parse("2025-12-31T23:30:00Z");
  assert.deepEqual(["Europe/Paris", "UTC", "America/Lima"].map((zone) => dayIn(zone, newYear)),
    ["2026-01-01", "2025-12-31", "2025-12-31"]);
  assert.equal(dayIn("Europe/Paris", Date.parse("2026-07-05T21:59:59Z")), "2026-07-05");
});

const transfer = (state: Transfer["state"], amount: number): Transfer => ({
  courier_id: `cou_${amount}`, number: 1, name: "Ana", amount: euros(amount), state,
  owed: { pay: amount, tips: 0, expenses: 0, refund: 0 },
});

test("a run's transfers are summed by how they stand", () => {
  const sums = runSums([transfer("paid", 100), transfer("failed", 30), transfer("paid", 5)]);
  assert.deepEqual(sums, { open: 0, paid: 105, failed: 30, cancelled: 0 });
  assert.deepEqual(pursesOf({ pay: 5, tips: 0, expenses: 2, refund: 0 }), [
    { purse: "pay", amount: 5 }, { purse: "expenses", amount: 2 },
  ]);
});

test("a transfer may come back once, before or after it was booked, and not from a run that was called off", () => {
  const run = (state: WholeRun["state"]) => ({ state }) as WholeRun;
  assert.equal(mayFail(run("open"), transfer("open", 1)), true);
  assert.equal(mayFail(run("confirmed"), transfer("paid", 1)), true);
  assert.equal(mayFail(run("confirmed"), transfer("failed", 1)), false);
  assert.equal(mayFail(run("cancelled"), transfer("cancelled", 1)), false);
});

test("less than all of an expense needs a reason, and more is never allowed", () => {
  const asked = euros(1990);
  assert.deepEqual(allowedOf("19.90", "", asked), { allowed: asked });
  assert.deepEqual(allowedOf("10", " half of it ", asked), { allowed: euros(1000), reason: "half of it" });
  assert.deepEqual(allowedOf("0", "a private one", asked)?.allowed, euros(0));
  for (const [typed, reason] of [["10", " "], ["19.91", "more"], ["", "nothing"], ["-1", "less"]] as const) {
    assert.equal(allowedOf(typed, reason, asked), null, typed);
  }
  assert.deepEqual([plainAmount(1990, "EUR"), plainAmount(5, "EUR"), plainAmount(500, "JPY")], ["19.90", "0.05", "500"]);
});

test("what all merchants owe is the sum, age by age", () => {
  const owes = (n: number): Receivable => ({
    merchant_id: "m", merchant_name: "M", currency: "EUR", not_due: n, days_1_to_30: 2 * n, days_31_to_60: 0,
    days_61_to_90: 0, days_over_90: 3 * n, open: 6 * n, advance: n, not_invoiced: 10,
  });
  const all = owedInAll([owes(1), owes(10)]);
  assert.deepEqual([all.not_due, all.days_1_to_30, all.days_over_90, all.open, all.not_invoiced], [11, 22, 33, 66, 20]);
  assert.equal(owedInAll([]).open, 0);
});

test("invoices are narrowed by state, and what is overdue is still to be paid", () => {
  const now = Date.parse("2026-04-30T12:00:00Z");
  const of = (state: Invoice["state"], open: number, due_at: string) => ({ state, open: euros(open), due_at }) as Invoice;
  const all = [
    of("issued", 5, "2026-04-01T00:00:00Z"), of("issued", 5, "2026-05-01T00:00:00Z"),
    of("paid", 0, "2026-04-01T00:00:00Z"), of("part_paid", 2, "2026-04-29T00:00:00Z"),
  ];
  assert.equal(inState(all, "", now).length, 4);
  assert.deepEqual(inState(all, "overdue", now).map(({ state }) => state), ["issued", "part_paid"]);
  assert.equal(inState(all, "paid", now).length, 1);
});

const sharing: Sharing = {
  year: 2026, law: { version: "l", minimum_reserve_basis_points: 5750 }, revenue: euros(900), operations: euros(200),
  other_costs: euros(100), surplus: euros(1000), reserve_basis_points: 5750, reserve: euros(575), measure: "hours",
  refund: euros(425),
  shares: [{ courier_id: "a", name: "A", units: 1, amount: euros(142) }, { courier_id: "b", name: "B", units: 2, amount: euros(283) }],
};

test("a surplus that does not add up is not booked, nor one whose year was not typed", () => {
  assert.equal(addsUp(sharing), true);
  assert.equal(addsUp({ ...sharing, refund: euros(424) }), false);
  assert.equal(addsUp({ ...sharing, reserve: euros(576) }), false);
  assert.equal(addsUp({ ...sharing, other_costs: euros(0) }), false);
  assert.equal(addsUp({ ...sharing, shares: sharing.shares.slice(1) }), false);
  assert.deepEqual(["2026", " 2026 ", "2025", "", "20 26"].map((typed) => confirms(typed, 2026)),
    [true, true, false, false, false]);
});

test("the trial balance has the co-op's accounts, and the others by their kind", () => {
  const account = (code: string, kind: string, balance: number) => ({ code, kind, currency: "EUR", balance });
  const trial = {
    accounts: [
      account("coop:bank", "coop_bank", -500), account("courier:1:pay", "courier_pay", 300),
      account("courier:2:pay", "courier_pay", 200),
    ],
    sum: { EUR: 0 },
  };
  assert.deepEqual(byKind(trial).others, [{ kind: "courier_pay", currency: "EUR", count: 2, balance: 500 }]);
  assert.deepEqual(byKind(trial).own.map(({ code }) => code), ["coop:bank"]);
  assert.equal(balances(trial), true);
  assert.equal(balances({ ...trial, sum: { EUR: 1 } }), false, "the server says so");
  assert.equal(balances({ ...trial, accounts: trial.accounts.slice(1) }), false, "the sum is reckoned again");
});

test("a fortnight's clock says how long is left, and since when nothing is", () => {
  const due = "2026-03-15T12:00:00Z";
  const clock = (now: string) => dueClock(due, Date.parse(now));
  assert.deepEqual(clock("2026-03-01T12:00:00Z"), { state: "later", days: 14, hours: 0 });
  assert.deepEqual(clock("2026-03-13T10:00:00Z"), { state: "soon", days: 2, hours: 2 });
  assert.deepEqual(clock("2026-03-15T12:00:00Z"), { state: "soon", days: 0, hours: 0 });
  assert.equal(clock("2026-03-15T12:00:01Z").state, "overdue");
  assert.deepEqual(clock("2026-03-16T13:00:00Z"), { state: "overdue", days: 1, hours: 1 });
});

test("the most urgent question comes first", () => {
  const review = (id: string, due_at: string) => ({ id, due_at }) as OpenReview;
  const sorted = byUrgency([review("c", "2026-03-02"), review("b", "2026-03-01"), review("a", "2026-03-02")]);
  assert.deepEqual(sorted.map(({ id }) => id), ["b", "a", "c"]);
});

test("an answer has reasons, and says what was changed; a line of pay is booked anew instead", () => {
  const draft = { outcome: "upheld", reasons: " so it is ", correction: "left over" } as const;
  assert.deepEqual(answerOf(draft, "other"), { outcome: "upheld", reasons: "so it is" });
  assert.equal(answerOf({ ...draft, reasons: " " }, "other"), null);
  assert.equal(answerOf({ ...draft, outcome: "" }, "other"), null);
  assert.equal(answerOf({ ...draft, outcome: "changed", correction: "" }, "decision"), null);
  assert.equal(answerOf({ ...draft, outcome: "changed" }, "line"), null);
  assert.equal(answerOf({ ...draft, outcome: "changed" }, "decision")?.correction, "left over");
});

test("a kept decision is told as the board tells it", () => {
  const kept = {
    id: "dec_1", at: "2026-03-01T12:00:00Z", plan: { explanations: [{
      delivery: "dlv_1", verdict: { proposed: { to: "cou_1" } },
      candidates: [{ courier: "cou_1", terms: { delay_s: 3 }, cost: 9 }], excluded: [{ courier: "cou_2", rule: "rest" }],
    }] },
  };
  assert.equal(decisionAbout(kept, "dlv_2"), null);
  const told = decisionAbout(kept, "dlv_1");
  assert.deepEqual(told?.candidates, [{ courier_id: "cou_1", terms: { delay_s: 3 }, cost: 9 }]);
  assert.deepEqual(told?.excluded, [{ courier_id: "cou_2", code: "rest" }]);
});

test("inputs are whole numbers from zero on", () => {
  const inputs = { outcome: "delivered", pickups: 1, dropoffs: 1, trip_m: 900, approach_m: 0, engaged_s: 60, waited_s: 0 };
  assert.deepEqual(changedInputs(inputs, { trip_m: "3000" }), { ...inputs, trip_m: 3000 });
  for (const wrong of ["", "-1", "1.5", "x", "12345678901"]) assert.equal(changedInputs(inputs, { trip_m: wrong }), null, wrong);
});

const member = (roles: Role[], more: Partial<Member> = {}): Member => ({ id: "usr_1", name: "Ada", email: "a@b.c", roles, ...more });
const edited = (roles: Role[], more: { name?: string; active?: boolean } = {}) =>
  ({ name: "Ada", active: true, ...more, roles: new Set<string>(roles) });

test("only what differs about a member is sent, and never nobody's role", () => {
  const ada = member(["dispatcher", "member"]);
  assert.equal(changeOf(ada, edited(["member", "dispatcher"])), null, "the order is no difference");
  assert.deepEqual(changeOf(ada, edited(["member"])), { roles: ["member"] });
  assert.deepEqual(changeOf(ada, edited(["member", "dispatcher"], { name: " Zoe " })), { name: "Zoe" });
  assert.deepEqual(changeOf(ada, edited(["member", "dispatcher"], { active: false })), { active: false });
  assert.equal(changeOf(ada, edited([])), null);
  assert.equal(changeOf(ada, edited(["member"], { name: " " })), null);
});

test("a courier stays a courier, and is not shut out", () => {
  const lina = member(["courier"], { courier_id: "cou_1" });
  assert.deepEqual(changeOf(lina, edited(["courier", "member"])), { roles: ["courier", "member"] });
  assert.deepEqual(changeOf(lina, edited(["admin"])), { roles: ["courier", "admin"] });
  assert.equal(mayBeClosed(lina), false);
  assert.equal(mayBeClosed(member(["treasurer"])), true);
});

test("everybody has the pages of their roles", () => {
  assert.deepEqual(pagesOf(["member"]), ["rules"]);
  assert.deepEqual(pagesOf(["treasurer"]), ["money", "rules"]);
  assert.deepEqual(pagesOf(["dispatcher"]), ["board", "pulse", "log", "reviews", "incidents", "shifts", "rules"]);
  assert.deepEqual(pagesOf(["representative"]), ["summary", "rules"]);
  assert.equal(pagesOf(["admin"]).length, 10);
  assert.deepEqual(pagesOf(["courier", "merchant"]), []);
  assert.deepEqual(addressOf("#money/pay/pyr_1"), { page: "money", parts: ["pay", "pyr_1"] });
  assert.deepEqual([addressOf("").page, addressOf("#nowhere").page], [null, null]);
});

test("a plan needs a name, and hours whose end is after their start", () => {
  const form = { ...emptyPlan, name: " Lunch " };
  assert.deepEqual(planOf(form), {
    name: "Lunch", hours: [{ weekdays: [1, 2, 3, 4, 5], from: "11:30", to: "14:00" }], length_minutes: 30, capacity: 10,
    notice_minutes: 60, days_ahead: 14, closed: [],
  });
  const hours = (from: string, to: string, weekdays = [6]) => planOf({ ...form, hours: [{ weekdays, from, to }] });
  assert.equal(hours("18:00", "00:00")?.hours[0]?.to, "24:00", "midnight is the end of the day");
  assert.equal(hours("18:00", "18:00"), null);
  assert.equal(hours("11:00", "12:00", []), null);
  assert.equal(planOf({ ...form, name: " " }), null);
  assert.equal(planOf({ ...form, capacity: "1.5" }), null);
  assert.equal(planOf({ ...form, closed: "Christmas" }), null);
  assert.deepEqual(planOf({ ...form, closed: "2026-12-25, 2027-01-01", same_day_until: "10:00" })?.closed, ["2026-12-25", "2027-01-01"]);
});

test("days follow each other over the end of a month, and a week is told in spans", () => {
  assert.deepEqual(comingDays("2028-02-28", 3), ["2028-02-28", "2028-02-29", "2028-03-01"]);
  const name = (day: number) => "MTWTFSS"[day - 1] ?? "?";
  assert.equal(weekText([1, 2, 3, 5], name), "M–W, F");
  assert.equal(weekText([7, 6], name), "S, S");
});

test("rules of any shape are one list", () => {
  assert.deepEqual(flatRules({ a: { b: 1, c: [1, 2] }, d: [{ e: true }, { e: null }], f: {} }), [
    { path: "a.b", value: "1" }, { path: "a.c", value: "1, 2" }, { path: "d.1.e", value: "true" },
    { path: "d.2.e", value: "–" }, { path: "f", value: "–" },
  ]);
});

test("the log says what was changed, and shows no id whole", () => {
  const id = "usr_01k00000000000000000abcdef";
  const said = actWords({ roles: ["member", "admin"], active: false, user_id: id, merchant_id: null, roles_before: ["member"] });
  assert.equal(said, "Person ABCDEF · Roles: Member → Member, Admin · login closed");
  assert.equal(actWords({ newer: 3 }), "newer 3");
});

test("what is filled into a sentence is filled in in both languages", () => {
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort().join();
  for (const [key, text] of Object.entries(en)) assert.equal(holes(fr[key as keyof typeof en]), holes(text), key);
});
