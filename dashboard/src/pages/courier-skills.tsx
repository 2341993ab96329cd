import { shiftPlan, type SkilledCourier } from "../api/roster";
import { t } from "../i18n";
import { Empty } from "../ui/table";
import { useAct, useLoaded } from "./use-loaded";

/** What couriers know how to do and not everybody does; shifts may ask for it. */
export function CourierSkills() {
  const { value, reload } = useLoaded(shiftPlan.couriers);
  return (
    <section aria-labelledby="courier-skills">
      <h2 id="courier-skills">{t("skills.title")}</h2>
      <p class="muted" id="skills-hint">{t("skills.hint")}</p>
      <Empty items={value?.items ?? null}>{t("skills.none")}</Empty>
      <ul class="cards">
        {value?.items.map((one) => <Skills key={`${one.id} ${one.skills.join()}`} courier={one} onDone={reload} />)}
      </ul>
    </section>
  );
}

function Skills({ courier: { id, name, skills }, onDone }: { courier: SkilledCourier; onDone: () => void }) {
  const [busy, act] = useAct();
  return (
    <li class="card" data-skills-of={id}>
      <form class="fields" onSubmit={(event) => {
        event.preventDefault();
        const typed = String(new FormData(event.currentTarget).get("skills"));
        const words = typed.split(/[\s,]+/).filter(Boolean);
        void act(() => shiftPlan.setSkills(id, words), t("skills.kept", { name })).then(onDone);
      }}>
        <label>{t("skills.of", { name })}
          <input name="skills" maxLength={700} autocomplete="off" aria-describedby="skills-hint"
            defaultValue={skills.join(", ")} /></label>
        <button type="submit" disabled={busy}>{t("skills.keep")}</button>
      </form>
    </li>
  );
}
