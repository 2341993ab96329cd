import { t } from "../i18n";
import { dismiss } from "../store/actions";
import { undo } from "../store/acts";
import { useStore } from "../store/store";
import { CloseIcon } from "./icons";

/** What just happened: good news politely, refusals as alerts with the request id to quote. */
export function Notices() {
  const notices = useStore((state) => state.notices);
  return (
    <div class="notices">
      <div role="status">
        {notices.filter(({ tone }) => tone === "good").map((notice) =>
          <p key={notice.id} class="notice good"><span>{notice.text}</span>
            {notice.undo && <button type="button" class="as-link" onClick={() => void undo()}>
              {t("desk.undo")}</button>}</p>)}
      </div>
      <div role="alert">
        {notices.filter(({ tone }) => tone === "bad").map((notice) => (
          <p key={notice.id} class="notice bad">
            <span>{notice.text}
              {notice.request_id && <small>{t("error.request", { id: notice.request_id })}</small>}
            </span>
            <button type="button" class="tool" aria-label={t("error.dismiss")}
              onClick={() => dismiss(notice.id)}><CloseIcon /></button>
          </p>
        ))}
      </div>
    </div>
  );
}
