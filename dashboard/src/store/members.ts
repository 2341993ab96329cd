// What is changed about a member; pure.
import type { Member, UserPatch } from "../api/office-types";
import type { Role } from "../api/types";

/** The roles that an admin gives and takes; the others come with a courier or a merchant. */
export const GIVEN_ROLES = ["dispatcher", "treasurer", "representative", "member", "admin"] as const satisfies Role[];

/** A member as the form has it. */
export interface Edited {
  name: string;
  roles: ReadonlySet<string>;
  active: boolean;
}

/** A courier is not shut out by closing a login: that is a suspension, with a reason and notice. */
export function mayBeClosed({ roles, deactivated_at }: Member): boolean {
  return deactivated_at !== undefined || !roles.includes("courier");
}

/** What differs from the member as it was; null where nothing does, or where it may not be so. */
export function changeOf(before: Member, { name, roles, active }: Edited): UserPatch | null {
  const wanted = [...before.roles.filter((role) => !isGiven(role)), ...GIVEN_ROLES.filter((role) => roles.has(role))];
  if (!name.trim() || wanted.length === 0) return null;
  const patch: UserPatch = {};
  if (name.trim() !== before.name) patch.name = name.trim();
  if ([...wanted].sort().join() !== [...before.roles].sort().join()) patch.roles = wanted;
  if (active !== (before.deactivated_at === undefined)) patch.active = active;
  return Object.keys(patch).length > 0 ? patch : null;
}

const isGiven = (role: Role) => (GIVEN_ROLES as readonly Role[]).includes(role);
