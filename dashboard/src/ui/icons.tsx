// Small drawings; they take the colour of the text around them and say nothing to a screen reader.
import type { ComponentChildren } from "preact";
import type { DeliveryState, TaskKind } from "../api/types";
import type { VehicleKind } from "../api/vehicles";

function Icon({ children, size = 16 }: { children: ComponentChildren; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true"
      fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"
      stroke-linejoin="round">{children}</svg>
  );
}

export const PlusIcon = () => <Icon><path d="M8 3v10M3 8h10" /></Icon>;
export const MinusIcon = () => <Icon><path d="M3 8h10" /></Icon>;
export const CloseIcon = () => <Icon><path d="M4 4l8 8M12 4l-8 8" /></Icon>;
export const CornersIcon = () => <Icon><path d="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3" /></Icon>;
export const SearchIcon = () => <Icon><circle cx="7" cy="7" r="4" /><path d="M10 10l3.5 3.5" /></Icon>;
export const AlertIcon = () => <Icon><path d="M8 2.500l6 11H2z" /><path d="M8 6.500v3M8 11.600v.1" /></Icon>;
export const UpIcon = () => <Icon><path d="M8 13V3M4 7l4-4 4 4" /></Icon>;
export const DownIcon = () => <Icon><path d="M8 3v10M4 9l4 4 4-4" /></Icon>;
export const LockIcon = () => (
  <Icon size={13}><path d="M3.5 7.500h9v6h-9zM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.500" /></Icon>
);
export const LeaveIcon = () => <Icon><path d="M6 3H3v10h3M10 5l3 3-3 3M13 8H6.5" /></Icon>;
export const BikeIcon = () => (
  <Icon><circle cx="4" cy="10.5" r="2.5" /><circle cx="12" cy="10.5" r="2.5" />
    <path d="M4 10.500L6.5 6h4L12 10.500M6.5 6L8 10.500M9.8 4h1.2" /></Icon>
);
const CargoIcon = () => (
  <Icon><path d="M1.5 5h6v4.500h-6z" /><circle cx="4" cy="11.5" r="1.8" />
    <circle cx="12" cy="11.5" r="1.8" /><path d="M7.5 9.500h2.500L12 11.5 10.5 5h1.5" /></Icon>
);

/** Large ones look like each other. */
export const VehicleIcon = ({ kind }: { kind: VehicleKind }) =>
  kind === "cargo_bike" || kind === "trailer" ? <CargoIcon /> : <BikeIcon />;

/** Three lines of riders behind each other. */
export const Brand = () => (
  <svg class="brand-mark" width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" class="brand-ground" />
    <path d="M7 21h18M10.5 16h14.500M14 11h11" fill="none" stroke="#fff" stroke-width="2.8"
      stroke-linecap="round" />
  </svg>
);

/** A state at a glance: hollow, half, full, tick, cross, stroke. */
export function StateMark({ state }: { state: DeliveryState }) {
  return (
    <svg class={`mark state-${state}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"
      fill="none" stroke="currentColor" stroke-width="1.8">
      {state === "asked" && (
        <><circle cx="8" cy="8" r="5.5" stroke-dasharray="1.2 2.1" /><path d="M8 5v3.5M8 10.800v.2" stroke-linecap="round" /></>
      )}
      {state === "open" && <circle cx="8" cy="8" r="5.5" stroke-dasharray="2.6 1.720" />}
      {state === "assigned" && (
        <><circle cx="8" cy="8" r="5.5" /><path d="M8 2.500a5.5 5.5 0 0 1 0 11z" fill="currentColor" stroke="none" /></>
      )}
      {state === "picked_up" && <circle cx="8" cy="8" r="5.5" fill="currentColor" />}
      {state === "returning" && (
        <path d="M13.500 8H3M7 4L3 8l4 4" stroke-linecap="round" stroke-linejoin="round" />
      )}
      {state === "returned" && (
        <path d="M13.500 8H5.500M9 4.500L5.500 8 9 11.500M2.500 3.500v9" stroke-linecap="round" stroke-linejoin="round" />
      )}
      {state === "delivered" && <path d="M3.5 8.500l3 3 6-7" stroke-linecap="round" stroke-linejoin="round" />}
      {state === "failed" && <path d="M4 4l8 8M12 4l-8 8" stroke-linecap="round" />}
      {state === "cancelled" && <><circle cx="8" cy="8" r="5.5" /><path d="M4 12l8-8" /></>}
    </svg>
  );
}

interface PointMarkProps {
  kind: TaskKind;
  state: "open" | "assigned" | "picked_up" | "none";
  late?: boolean;
}

/** A stop as the map draws it. */
export function PointMark({ kind, state, late }: PointMarkProps) {
  const shape = (r: number, cls: string) => kind === "pickup"
    ? <rect x={9 - r} y={9 - r} width={2 * r} height={2 * r} rx="1.5" class={cls} />
    : kind === "return"
    ? <path d={`M${9 - 1.3 * r} 9L${9 + r} ${9 - 1.2 * r}V${9 + 1.2 * r}z`} class={cls} />
    : <path d={`M9 ${9 - 1.3 * r}L${9 + 1.3 * r} 9 9 ${9 + 1.3 * r} ${9 - 1.3 * r} 9z`} class={cls} />;
  return (
    <svg class={`mark point-${state}`} width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      {late && shape(6.3, "point-late")}
      {shape(4.2, state === "picked_up" ? "point-full" : "point-hollow")}
      {state === "assigned" && shape(1.9, "point-dot")}
    </svg>
  );
}

export function CourierMark({ look }: { look: "busy" | "idle" | "stale" }) {
  return (
    <svg class={`mark courier-${look}`} width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
      <circle cx="9" cy="9" r="6.5" />
    </svg>
  );
}
