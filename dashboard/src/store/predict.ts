// What an act makes of a delivery, before the server has said so, and what takes it back.
import type { Act, Delivery, Desk } from "../api/types";

const unmarked: Desk = { tags: [], locked: false };

/** The delivery as it will be if the server agrees. The version stays: the server's word counts. */
export function predict(delivery: Delivery, act: Act, nameOf: (courier: string) => string, now: number): Delivery {
  const at = new Date(now).toISOString();
  const desk = delivery.desk ?? unmarked;
  switch (act.kind) {
    case "assign":
      return {
        ...delivery, state: "assigned", courier_id: act.courier_id,
        courier_name: nameOf(act.courier_id), assigned_at: at,
      };
    case "unassign":
      return opened(delivery);
    case "restore":
      return { ...opened(delivery), ended_at: null, end_reason: null };
    case "cancel":
      return {
        ...delivery, state: "cancelled", ended_at: at,
        end_reason: { code: "cancelled", note: act.reason },
      };
    case "return":
      return {
        ...delivery, state: "returning", returning_since: at,
        end_reason: { code: act.code, note: act.note ?? null },
      };
    case "reschedule":
      return { ...delivery, ready_at: act.ready_at, due_at: act.due_at };
    case "note":
      return { ...delivery, desk: { ...desk, note: act.note } };
    case "tag": {
      const kept = desk.tags.filter((tag) => !act.remove.includes(tag));
      return { ...delivery, desk: { ...desk, tags: [...new Set([...kept, ...act.add])].sort() } };
    }
    case "lock":
    case "unlock":
      return { ...delivery, desk: { ...desk, locked: act.kind === "lock" } };
    case "waive_pin": {
      const tasks = delivery.tasks.map((task) => (task.id !== act.task_id ? task : {
        ...task, needs: ["name" as const, ...(task.needs ?? []).filter((need) => need !== "pin" && need !== "name")],
      }));
      return { ...delivery, tasks };
    }
    // Where it begins then, the server says.
    case "split":
      return opened(delivery);
    case "join":
      return { ...delivery, leg: null };
  }
}

function opened(delivery: Delivery): Delivery {
  return {
    ...delivery, state: "open", courier_id: null, courier_name: null, assigned_at: null,
    tasks: delivery.tasks.map((task) => ({ ...task, state: "todo", ended_at: null })),
  };
}

/** The acts that lead back to `before`, in their order. */
export function inverse(before: Delivery, act: Act): Act[] {
  const held: Act[] = before.courier_id ? [{ kind: "assign", courier_id: before.courier_id }] : [];
  const desk = before.desk ?? unmarked;
  switch (act.kind) {
    case "assign":
      return held.length > 0 ? held : [{ kind: "unassign" }];
    case "unassign":
      return held;
    case "cancel":
      return [{ kind: "restore" }, ...held];
    case "return":
    case "waive_pin":
      return [];
    case "restore":
      return [{ kind: "cancel", reason: before.end_reason?.note || "–" }];
    case "reschedule":
      return [{ kind: "reschedule", ready_at: before.ready_at, due_at: before.due_at }];
    case "note":
      return [{ kind: "note", note: before.desk?.note ?? null }];
    case "tag":
      return [{
        kind: "tag",
        add: act.remove.filter((tag) => desk.tags.includes(tag)),
        remove: act.add.filter((tag) => !desk.tags.includes(tag)),
      }];
    case "lock":
      return [{ kind: "unlock" }];
    case "unlock":
      return [{ kind: "lock" }];
    case "split":
      return [{ kind: "join" }, ...held];
    case "join":
      return before.leg ? [{ kind: "split", hub_id: before.leg.hub_id }] : [];
  }
}
