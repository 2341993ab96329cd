import { t, type Key } from "../i18n";
import { CourierMark, PointMark } from "../ui/icons";

/** The same shapes as on the map, named. */
export function Legend() {
  const item = (mark: preact.JSX.Element, key: Key) => <li>{mark}{t(key)}</li>;
  return (
    <details class="legend">
      <summary>{t("map.legend")}</summary>
      <ul>
        {item(<CourierMark look="busy" />, "map.legend.courier")}
        {item(<CourierMark look="idle" />, "map.legend.idle")}
        {item(<CourierMark look="stale" />, "map.legend.stale")}
        {item(<PointMark kind="pickup" state="none" />, "map.legend.pickup")}
        {item(<PointMark kind="dropoff" state="none" />, "map.legend.dropoff")}
        {item(<PointMark kind="return" state="none" />, "map.legend.return")}
        {item(<PointMark kind="dropoff" state="open" />, "map.legend.open")}
        {item(<PointMark kind="dropoff" state="assigned" />, "map.legend.assigned")}
        {item(<PointMark kind="dropoff" state="picked_up" />, "map.legend.picked_up")}
        {item(<PointMark kind="dropoff" state="open" late />, "map.legend.late")}
      </ul>
    </details>
  );
}
