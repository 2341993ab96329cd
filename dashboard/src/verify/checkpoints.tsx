// The public list of what the co-op has signed.
import { useEffect, useState } from "preact/hooks";
import type { Language } from "../store/preferences";
import { save } from "../ui/save";
import { timeOf } from "./result";
import { holds, type Checkpoint } from "./statement";
import type { Say } from "./words";

const SHOWN = 24;

async function newest(): Promise<Checkpoint[]> {
  const answer = await fetch(`/v1/ledger/checkpoints?limit=${SHOWN}`).catch(() => null);
  if (!answer?.ok) return [];
  return ((await answer.json()) as { items: Checkpoint[] }).items;
}

function saveAll(checkpoints: Checkpoint[]) {
  const text = JSON.stringify(checkpoints, null, 2);
  save(new Blob([text], { type: "application/json" }), "paceline-checkpoints.json");
}

export function Checkpoints({ say, language }: { say: Say; language: Language }) {
  const [list, setList] = useState<Checkpoint[]>([]);
  useEffect(() => {
    void newest().then(setList);
  }, []);
  return (
    <section>
      <h2 id="checkpoints">{say("checkpoints")}</h2>
      <p class="quiet">{say("checkpointsWhy")}</p>
      {list.length === 0 ? <p>{say("noCheckpoints")}</p> : (
        <>
          <div class="wide" tabIndex={0} role="region" aria-labelledby="checkpoints">
            <table>
              <thead><tr>
                <th scope="col">{say("number")}</th><th scope="col">{say("when")}</th>
                <th scope="col">{say("accounts")}</th><th scope="col">{say("root")}</th>
              </tr></thead>
              <tbody>{list.map((one) => (
                <tr key={one.number} data-checkpoint={one.number} data-holds={holds(one)}>
                  <td>{one.number}</td><td>{timeOf(one.issued_us, language)}</td>
                  <td>{one.size}</td><td><code>{one.root}</code></td>
                </tr>
              ))}</tbody>
            </table>
          </div>
          <button type="button" onClick={() => saveAll(list)}>{say("save")}</button>
        </>
      )}
    </section>
  );
}
