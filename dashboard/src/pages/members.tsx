import { useState } from "preact/hooks";
import { office } from "../api/office";
import type { Member, UserPatch } from "../api/office-types";
import { fullDay, t } from "../i18n";
import { changeOf, GIVEN_ROLES, mayBeClosed } from "../store/members";
import { useStore } from "../store/store";
import { Modal } from "../ui/modal";
import { Table } from "../ui/table";
import { useAct } from "./use-loaded";

interface Props {
  users: readonly Member[];
  shops: ReadonlyMap<string, string>;
  onChanged: (member: Member) => void;
}

/** Who can log in, as what; what somebody may be is changed here. */
export function Members({ users, shops, onChanged }: Props) {
  const [asked, ask] = useState<Member | null>(null);
  const [, act] = useAct();
  const change = (member: Member, patch: UserPatch) =>
    void act(async () => onChanged(await office.changeUser(member.id, patch)), t("members.changed", { name: patch.name ?? member.name }));
  return (
    <>
      <Table label={t("admin.members")} head={[t("admin.name"), t("login.email"), t("admin.roles"), ""]}>
        {users.map((user) => {
          const { id, name, email, roles, merchant_id, deactivated_at } = user;
          return (
            <tr key={id} data-user={id} data-closed={deactivated_at ? "" : undefined}>
              <th scope="row">{name}</th><td>{email}</td>
              <td>{roles.map((role) => t(`role.${role}`)).join(", ")}
                {merchant_id && ` (${shops.get(merchant_id) ?? ""})`}
                {deactivated_at && <b class="bad-text"> {t("members.closed", { day: fullDay(deactivated_at) })}</b>}</td>
              <td><button type="button" data-act="change" aria-label={t("members.change.label", { name })}
                onClick={() => ask(user)}>{t("members.change")}</button></td>
            </tr>
          );
        })}
      </Table>
      {asked && <Change key={asked.id} member={asked} onClose={() => ask(null)} onChange={(patch) => change(asked, patch)} />}
    </>
  );
}

interface ChangeProps {
  member: Member;
  onClose: () => void;
  onChange: (patch: UserPatch) => void;
}

function Change({ member, onClose, onChange }: ChangeProps) {
  const me = useStore(({ session }) => (session.state === "in" ? session.user.id : ""));
  const [name, setName] = useState(member.name);
  const [roles, setRoles] = useState<ReadonlySet<string>>(new Set(member.roles));
  const [active, setActive] = useState(!member.deactivated_at);
  const patch = changeOf(member, { name, roles, active });
  const toggle = (role: string) => setRoles((before) => {
    const after = new Set(before);
    if (!after.delete(role)) after.add(role);
    return after;
  });
  const fixed = member.roles.filter((role) => role === "courier" || role === "merchant");
  const closing = patch?.active === false;
  return (
    <Modal title={t("members.change.title", { name: member.name })} submit={t(closing ? "members.close.submit" : "ask.save")}
      danger={closing} disabled={!patch} onClose={onClose} onSubmit={() => patch && onChange(patch)}>
      <label>{t("admin.name")}
        <input required maxLength={200} value={name} data-ask="name" onInput={(event) => setName(event.currentTarget.value)} /></label>
      <fieldset class="bare"><legend>{t("admin.roles")}</legend>
        {GIVEN_ROLES.map((role) => (
          <label key={role} class="tick"><input type="checkbox" value={role} checked={roles.has(role)}
            onChange={() => toggle(role)} /> {t(`role.${role}`)}</label>
        ))}
        {fixed.map((role) => (
          <label key={role} class="tick"><input type="checkbox" checked disabled /> {t(`role.${role}`)}</label>
        ))}
      </fieldset>
      {roles.size === 0 && <p class="bad-text" role="alert">{t("members.no_role")}</p>}
      {mayBeClosed(member)
        ? <label class="tick"><input type="checkbox" checked={active} data-ask="active" onChange={() => setActive(!active)} /> {t("members.active")}</label>
        : <p class="muted">{t("members.courier")}</p>}
      {closing && <p>{t("members.close.text")}</p>}
      {member.id === me && patch?.roles && !patch.roles.includes("admin") && <p class="bad-text" role="alert">{t("members.self")}</p>}
      <p class="muted">{t("members.logged")}</p>
    </Modal>
  );
}
