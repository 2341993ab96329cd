// Which page of the office is shown: what stands behind the # of the address.
import { useEffect, useState } from "preact/hooks";

export const pages = ["board", "pulse", "log", "admin"] as const;
export type Page = (typeof pages)[number];

function here(): Page {
  const wanted = location.hash.slice(1);
  return pages.find((page) => page === wanted) ?? "board";
}

export function usePage(): Page {
  const [page, setPage] = useState(here);
  useEffect(() => {
    const look = () => setPage(here());
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);
  return page;
}
