import { useState } from "preact/hooks";
import type { HoursIn } from "../api/hours";
import { hoursOf, typed, type Hours, type Typed } from "../store/timesheets";

/** What the form says, in the language of its page. */
export interface HoursWords {
  from: string;
  to: string;
  break: string;
  add: string;
  remove: string;
  reason: string;
  send: string;
  wrong: string;
}

interface HoursFormProps {
  zone: string;
  known: Hours;
  words: HoursWords;
  disabled: boolean;
  button: string;
  onSend: (hours: HoursIn) => void;
}

/** The hours of a shift as they should have been, with the reason. */
export function HoursForm({ zone, known, words, disabled, button, onSend }: HoursFormProps) {
  const [hours, setHours] = useState<Typed>(() => typed(zone, known));
  const [wrong, setWrong] = useState(false);
  const set = (part: Partial<Typed>) => setHours({ ...hours, ...part });
  const setBreak = (at: number, part: Partial<Typed["breaks"][number]>) =>
    set({ breaks: hours.breaks.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    const read = hoursOf(zone, known, hours);
    setWrong(!read);
    if (read) onSend({ ...read, reason });
  };
  const time = (label: string, value: string, onInput: (value: string) => void) => (
    <label>{label}<input type="time" required value={value}
      onInput={(event) => onInput(event.currentTarget.value)} /></label>
  );
  return (
    <form class="fields" data-form="hours" onSubmit={submit}>
      {time(words.from, hours.from, (from) => set({ from }))}
      {time(words.to, hours.to, (to) => set({ to }))}
      {hours.breaks.map((one, at) => (
        <fieldset key={at} data-break-row>
          <legend>{words.break} {at + 1}</legend>
          {time(words.from, one.from, (from) => setBreak(at, { from }))}
          {time(words.to, one.to, (to) => setBreak(at, { to }))}
          <button type="button" class="plain" onClick={() =>
            set({ breaks: hours.breaks.filter((_, index) => index !== at) })}>{words.remove}</button>
        </fieldset>
      ))}
      <button type="button" class="plain" data-act="add-break" onClick={() =>
        set({ breaks: [...hours.breaks, { from: "", to: "" }] })}>{words.add}</button>
      <label>{words.reason}<input name="reason" required maxLength={1000} autocomplete="off" /></label>
      <p role="alert">{wrong && words.wrong}</p>
      <button type="submit" class={button} disabled={disabled}>{words.send}</button>
    </form>
  );
}
