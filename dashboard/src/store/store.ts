// One store, one state. Components read slices of it; every change goes through `update`.
import { useLayoutEffect, useState } from "preact/hooks";
import { initialState, type State } from "./state";

let state: State = initialState();
const listeners = new Set<() => void>();

export function current(): State {
  return state;
}

/** Replaces the given parts of the state and tells everyone who listens. */
export function update(change: (state: State) => Partial<State>): void {
  const parts = change(state);
  state = { ...state, ...parts };
  for (const listener of [...listeners]) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Renders again only when what `select` returns is another value (`Object.is`). */
export function useStore<T>(select: (state: State) => T): T {
  const value = select(state);
  const [, redraw] = useState({});
  useLayoutEffect(() => {
    let seen = value;
    const look = () => {
      const next = select(state);
      if (Object.is(next, seen)) return;
      seen = next;
      redraw({});
    };
    look(); // The state may have moved between rendering and this effect.
    return subscribe(look);
  }, [select, value]);
  return value;
}
