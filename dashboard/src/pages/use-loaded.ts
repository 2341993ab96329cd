// What a page of the office shows is loaded when it is opened, and again after an act.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../api/types";
import { notifyError, notifyGood } from "../store/actions";

/** Loads now, when `key` changes and when asked; what was there stays until the new one has come. */
export function useLoaded<T>(load: () => Promise<T>, key = ""): { value: T | null; reload: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [asked, ask] = useState(0);
  useEffect(() => {
    let gone = false;
    load().then((fresh) => void (gone || setValue(() => fresh)), (error) => void (gone || notifyError(error)));
    return () => void (gone = true);
  }, [key, asked]);
  return { value, reload: () => ask((n) => n + 1) };
}

interface Pages<T> {
  /** Null until the first page has come. */
  items: readonly T[] | null;
  /** Loads the next page; null where there is none. */
  more: (() => void) | null;
  reload: () => void;
}

/** A list page by page. */
export function usePages<T>(load: (cursor?: string) => Promise<Page<T>>, key = ""): Pages<T> {
  const [shown, setShown] = useState<{ items: readonly T[]; next: string | null } | null>(null);
  const [asked, ask] = useState(0);
  const asking = useRef(0);
  const fetch = (before: readonly T[], cursor?: string) => {
    const number = (asking.current += 1);
    load(cursor).then(({ items, next_cursor }) => {
      if (number === asking.current) setShown({ items: [...before, ...items], next: next_cursor });
    }, notifyError);
  };
  useEffect(() => {
    fetch([]);
    return () => void (asking.current += 1);
  }, [key, asked]);
  const next = shown?.next;
  return {
    items: shown?.items ?? null,
    more: shown && next ? () => fetch(shown.items, next) : null,
    reload: () => ask((n) => n + 1),
  };
}

type Perform = (what: () => Promise<unknown>, said: string) => Promise<boolean>;

/** Does one act at a time; says that it is done, or why not. */
export function useAct(): [busy: boolean, perform: Perform] {
  const [busy, setBusy] = useState(false);
  const perform: Perform = async (what, said) => {
    if (busy) return false;
    setBusy(true);
    try {
      await what();
      if (said) notifyGood(said);
      return true;
    } catch (error) {
      notifyError(error);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return [busy, perform];
}
