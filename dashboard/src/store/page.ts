// Which page of the office is shown: what stands behind the # of the address.
import { useEffect, useState } from "preact/hooks";
import type { Role } from "../api/types";

export const pages = [
  "board", "pulse", "log", "reviews", "incidents", "shifts", "money", "summary", "admin", "rules",
] as const;
export type Page = (typeof pages)[number];

const desk: readonly Role[] = ["dispatcher", "admin"];
const openTo: Record<Page, readonly Role[]> = {
  board: desk,
  pulse: desk,
  log: desk,
  reviews: desk,
  incidents: desk,
  shifts: desk,
  money: ["treasurer", "admin"],
  summary: ["representative", "admin"],
  admin: ["admin"],
  rules: ["dispatcher", "treasurer", "representative", "member", "admin"],
};

/** The pages of somebody with these roles, in the order of the navigation. */
export function pagesOf(roles: readonly Role[]): Page[] {
  return pages.filter((page) => openTo[page].some((role) => roles.includes(role)));
}

/** A page, and what is shown on it: `#money/invoices/inv_…` has the parts `invoices` and the id. */
export interface Address {
  page: Page | null;
  parts: readonly string[];
}

export function addressOf(hash: string): Address {
  const [first, ...parts] = hash.replace(/^#/, "").split("/").filter(Boolean);
  return { page: pages.find((page) => page === first) ?? null, parts };
}

/** Changes with the address; somebody without that page is on the first of their own. */
export function useAddress(): Address {
  const [address, setAddress] = useState(() => addressOf(location.hash));
  useEffect(() => {
    const look = () => setAddress(addressOf(location.hash));
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);
  return address;
}
