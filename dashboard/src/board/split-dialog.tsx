// At which hub a delivery is split, and what that changes.
import { useEffect, useState } from "preact/hooks";
import { hubs, type Split } from "../api/hub";
import { deliveryCount, hourMinute, metres, money, t } from "../i18n";
import { notifyError } from "../store/actions";
import { split } from "../store/acts";
import { Modal, type AskProps } from "./modal";

interface Choice {
  id: string;
  name: string;
  /** Of a single delivery. */
  effect?: Split;
}

/** The hubs to choose from: for one delivery with what it changes, the shortest way first. */
async function choices(ids: readonly string[]): Promise<Choice[]> {
  const [first] = ids;
  if (ids.length === 1 && first) {
    const { items } = await hubs.splits(first);
    return items.map((effect) => ({ id: effect.hub_id, name: effect.hub_name, effect }));
  }
  const { items } = await hubs.list();
  return items.filter(({ closed_at }) => !closed_at);
}

export function SplitAtHub({ dialog }: AskProps) {
  const { ids } = dialog;
  const [known, setKnown] = useState<readonly Choice[] | null>(null);
  const [hub, setHub] = useState("");
  useEffect(() => {
    choices(ids).then((all) => {
      setKnown(all);
      setHub(all[0]?.id ?? "");
    }, notifyError);
  }, []);
  const chosen = known?.find(({ id }) => id === hub);
  return (
    <Modal dialog={dialog} title={t("ask.split", { what: deliveryCount(ids.length) })} submit={t("ask.split.submit")}
      disabled={!chosen} onSubmit={() => chosen && void split(ids, chosen.id, chosen.name)}>
      {known?.length === 0 && <p>{t("ask.split.none")}</p>}
      {known && known.length > 0 && <label>{t("ask.split.hub")}
        <select value={hub} data-ask="hub" onInput={(event) => setHub(event.currentTarget.value)}>
          {known.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select></label>}
      {chosen?.effect && <Effect effect={chosen.effect} />}
      <p class="muted">{t("ask.split.note")}</p>
    </Modal>
  );
}

function Effect({ effect: { extra_m, whole, first, second } }: { effect: Split }) {
  return (
    <div role="status" data-effect="">
      <p>{t("ask.split.extra", { metres: metres(extra_m) })}</p>
      <p>{t("ask.split.pay", { first: money(first.pay), second: money(second.pay), whole: money(whole.pay) })}</p>
      <p>{t("ask.split.times", { due: hourMinute(first.due_at), ready: hourMinute(second.ready_at) })}</p>
    </div>
  );
}
