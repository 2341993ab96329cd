// The question to which courier something goes.
import { useMemo, useState } from "preact/hooks";
import { metres, stopCount, t } from "../i18n";
import { choices, plain, type Choice } from "../store/derive";
import { WindowList } from "../ui/window-list";
import { Modal, type AskProps } from "./modal";

const CHOICE_PX = 40;

interface ToCourierProps extends AskProps {
  /** What is to be moved: who is near it comes first. */
  ids: readonly string[];
  title: string;
  onPick: (courier: string) => void;
}

/** To which courier: the free and near ones first; typing narrows, arrows choose, Enter moves. */
export function ToCourier({ dialog, board, ids, title, onPick }: ToCourierProps) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  // The order is kept while the question stands: a list that moves under the hand picks wrongly.
  const onShift = [...board.couriers.values()].filter((courier) => courier.on_shift).length;
  const all = useMemo(() => choices(board, ids), [onShift]);
  const needle = plain(text.trim());
  const items = all.filter(({ name }) => plain(name).includes(needle));
  const pick = items.find(({ id }) => id === chosen) ?? items[0];
  const step = (by: number) => {
    const at = items.findIndex(({ id }) => id === pick?.id);
    setChosen(items[Math.max(0, Math.min(items.length - 1, at + by))]?.id ?? null);
  };
  return (
    <Modal dialog={dialog} title={title} submit={t("ask.move.submit")}
      disabled={!pick} onSubmit={() => pick && onPick(pick.id)}>
      <input type="text" data-ask="courier" value={text} aria-label={t("search.couriers")}
        placeholder={t("search.couriers")} role="combobox" aria-expanded={true}
        aria-autocomplete="list" aria-controls="choices" aria-activedescendant={pick ? `choices-${pick.id}` : undefined}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(null);
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          step(event.key === "ArrowDown" ? 1 : -1);
        }} />
      <div class="ask-list">
        <WindowList<Choice> id="choices" label={t("list.couriers")} items={items}
          keyOf={({ id }) => id} rowHeight={CHOICE_PX} scope={text} selected={pick?.id ?? null}
          onSelect={({ id }) => setChosen(id)} onOpen={() => {}} onClose={() => {}}
          render={({ name, count, away_m }) => (
            <span class="choice"><b>{name}</b>
              <span class="muted">{stopCount(count)}{away_m < Infinity ? ` · ${metres(away_m)}` : ""}</span>
            </span>
          )}
          empty={text ? t("empty.filter", { text }) : t("act.assign.none")} />
      </div>
    </Modal>
  );
}
