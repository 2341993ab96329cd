// The page at /verify/: whether a statement holds, checked in the browser; and what the co-op has
// signed so far. No login, and no network but for the list.
import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { detectLanguage, remember, type Language } from "../store/preferences";
import { check, type Outcome } from "./check";
import { Checkpoints } from "./checkpoints";
import { keptKey } from "./kept";
import { Result } from "./result";
import { speaker, type Say } from "./words";
import "../styles/tokens.css";
import "./verify.css";

const isKey = (text: string) => /^[0-9a-f]{64}$/.test(text);

async function publishedKey(): Promise<string | null> {
  const answer = await fetch("/v1/ledger/key").catch(() => null);
  if (!answer?.ok) return null;
  return ((await answer.json()) as { key: string }).key;
}

function App() {
  const [language, setLanguage] = useState(detectLanguage());
  const [key, setKey] = useState(keptKey() ?? "");
  const [published, setPublished] = useState<string | null>(null);
  const say = speaker(language);
  const choose = (chosen: Language) => {
    remember("language", chosen);
    setLanguage(chosen);
  };
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = `${say("title")} · paceline`;
  }, [language]);
  useEffect(() => {
    void publishedKey().then((found) => {
      setPublished(found);
      setKey((known) => known || (found ?? ""));
      document.body.dataset.ready = "verify";
    });
  }, []);
  return (
    <main>
      <header>
        <h1>{say("title")}</h1>
        <button type="button" lang={language === "en" ? "fr" : "en"}
          onClick={() => choose(language === "en" ? "fr" : "en")}>{say("language")}</button>
      </header>
      <p>{say("intro")}</p>
      <Key say={say} value={key} published={published} onChange={setKey} />
      <Bundle say={say} language={language} trusted={key} />
      <Checkpoints say={say} language={language} />
    </main>
  );
}

interface KeyProps {
  say: Say;
  value: string;
  published: string | null;
  onChange: (key: string) => void;
}

function Key({ say, value, published, onChange }: KeyProps) {
  const known = keptKey();
  const other = published !== null && known !== null && published !== known;
  return (
    <section>
      <label for="key">{say("key")}</label>
      <input id="key" value={value} spellcheck={false} autocomplete="off" maxLength={64}
        aria-describedby="key-help" aria-invalid={value !== "" && !isKey(value)}
        onInput={(event) => onChange(event.currentTarget.value.trim().toLowerCase())} />
      <p id="key-help" class="quiet">
        {value !== "" && !isKey(value) ? say("keyWrong") : say("keyHelp")}
      </p>
      {published === null && <p class="quiet">{say("unreachable")}</p>}
      {other && <p role="alert" class="bad">{say("keyOther")}</p>}
      {known !== null && value !== known && (
        <button type="button" onClick={() => onChange(known)}>{say("keyAgain")}</button>
      )}
    </section>
  );
}

interface BundleProps {
  say: Say;
  language: Language;
  trusted: string;
}

function Bundle({ say, language, trusted }: BundleProps) {
  const [file, setFile] = useState<File | null>(null);
  const [checked, setChecked] = useState<{ of: File; by: string; outcome: Outcome } | null>(null);
  const ready = isKey(trusted);
  const outcome = checked?.of === file && checked?.by === trusted ? checked.outcome : null;
  useEffect(() => {
    if (!file || !ready) return;
    void file.text().then((source) =>
      setChecked({ of: file, by: trusted, outcome: check(source, trusted) }));
  }, [file, trusted]);
  const take = (files: FileList | null | undefined) => {
    if (files?.[0]) setFile(files[0]);
  };
  return (
    <section onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files);
      }}>
      <label for="file">{say("file")}</label>
      <input id="file" type="file" accept=".json,application/json" disabled={!ready}
        onChange={(event) => {
          take(event.currentTarget.files);
          event.currentTarget.value = ""; // The same file again is checked again.
        }} />
      <p class="quiet">{file ? file.name : say("drop")}</p>
      <div role="status" data-file={outcome ? file?.name : undefined}>
        {file && ready && (outcome
          ? <Result say={say} language={language} outcome={outcome} />
          : <p>{say("busy")}</p>)}
      </div>
    </section>
  );
}

const root = document.getElementById("app");
if (root) render(<App />, root);
