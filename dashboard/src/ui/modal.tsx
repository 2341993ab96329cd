// A question before an act: a native modal dialog, so the focus stays inside and goes back to where
// it was.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";

export interface ModalProps {
  title: string;
  submit: string;
  danger?: boolean;
  disabled?: boolean;
  /** With a table in it. */
  wide?: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ComponentChildren;
}

export function Modal({ title, submit, danger, disabled, wide, onClose, onSubmit, children }: ModalProps) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const back = document.activeElement;
    box.current?.showModal();
    return () => {
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return (
    <dialog ref={box} class={wide ? "ask wide" : "ask"} aria-labelledby="ask-title" onClose={onClose}
      onClick={(event) => {
        if (event.target === box.current) box.current?.close();
      }}>
      <form method="dialog" onSubmit={(event) => {
        event.preventDefault();
        if (disabled) return;
        box.current?.close();
        onSubmit();
      }}>
        <h2 id="ask-title">{title}</h2>
        {children}
        <div class="ask-foot">
          <button type="button" onClick={() => box.current?.close()}>{t("ask.keep")}</button>
          <button type="submit" class={danger ? "danger" : "primary"} disabled={disabled ?? false}>
            {submit}</button>
        </div>
      </form>
    </dialog>
  );
}
