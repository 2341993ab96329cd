// Dragging deliveries onto couriers, by mouse or pen. Fingers scroll: they have the dialog, as the
// keyboard has. Nothing is drawn by the page's components while something is dragged.
import { assign, reorder, unassign } from "../store/acts";
import { current } from "../store/store";
import { movedStop } from "../store/tour-rows";
import { addToTour, giveTour, orderTour, takeOut, takeTourBack } from "../store/tours";

export type Dragged =
  | { kind: "deliveries"; ids: readonly string[] }
  | { kind: "stop"; courier: string; task: string; delivery: string }
  | { kind: "tour"; id: string }
  | { kind: "tour-stop"; tour: string; task: string; delivery: string };

/** Couriers on the map, which are no elements of the page. */
export interface MapTarget {
  aimAt(x: number, y: number): string | null;
  endAim(): void;
}

type Drop =
  | { kind: "courier"; id: string; before: string | null }
  | { kind: "tour"; id: string; before: string | null }
  | { kind: "open" }
  | null;

/** A shorter way is a click with an unsteady hand. */
const BEGUN_PX = 5;
/** A tab opens when something is held over it this long. */
const SPRING_MS = 500;

let mapTarget: MapTarget | null = null;

export function setMapTarget(target: MapTarget | null): void {
  mapTarget = target;
}

/** Call it on `pointerdown`; what is dragged is asked for once the drag has begun. */
export function beginDrag(down: PointerEvent, what: () => Dragged, label: (dragged: Dragged) => string): void {
  if (down.button !== 0 || down.pointerType === "touch") return;
  let dragged: Dragged | null = null;
  let ghost: HTMLElement | null = null;
  let lit: Element | null = null;
  let drop: Drop = null;
  let spring: { tab: Element; timer: ReturnType<typeof setTimeout> } | null = null;

  function begin(): void {
    dragged = what();
    ghost = document.createElement("div");
    ghost.className = "ghost";
    ghost.textContent = label(dragged);
    document.body.append(ghost);
    document.body.dataset.dragging = dragged.kind;
  }

  function light(element: Element | null): void {
    if (element === lit) return;
    lit?.removeAttribute("data-over");
    element?.setAttribute("data-over", "");
    lit = element;
  }

  function springAt(tab: Element | null): void {
    if (spring?.tab === tab) return;
    clearTimeout(spring?.timer);
    spring = tab instanceof HTMLElement
      ? { tab, timer: setTimeout(() => tab.click(), SPRING_MS) } : null;
  }

  function move(event: PointerEvent): void {
    const far = Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > BEGUN_PX;
    if (!dragged && far) begin();
    if (!dragged || !ghost) return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    ghost.style.transform = `translate(${x + 12}px, ${y + 14}px)`;
    const under = document.elementFromPoint(x, y);
    springAt(under?.closest("[data-spring]") ?? null);
    const element = under?.closest("[data-drop-courier], [data-drop-open], [data-drop-tour]") ?? null;
    const onMap = under?.closest(".map-canvas") ? (mapTarget?.aimAt(x, y) ?? null) : null;
    if (!onMap) mapTarget?.endAim();
    light(element);
    drop = onMap ? { kind: "courier", id: onMap, before: null } : dropOn(element, under, x, y);
    ghost.dataset.drop = drop ? "yes" : "no";
  }

  function end(let_go: boolean): void {
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", cancelled);
    window.removeEventListener("keydown", key, true);
    springAt(null);
    light(null);
    mapTarget?.endAim();
    ghost?.remove();
    delete document.body.dataset.dragging;
    if (!dragged) return;
    // The click that ends a drag selects nothing.
    const swallow = (event: MouseEvent) => event.stopPropagation();
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, true));
    if (let_go && drop) carryOut(dragged, drop);
  }

  const up = () => end(true);
  const cancelled = () => end(false);
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !dragged) return;
    event.preventDefault();
    event.stopPropagation();
    end(false);
  };
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", cancelled);
  window.addEventListener("keydown", key, true);
}

function dropOn(element: Element | null, under: Element | null, x: number, y: number): Drop {
  if (!(element instanceof HTMLElement)) return null;
  const tour = element.dataset.dropTour;
  if (tour !== undefined) return { kind: "tour", id: tour, before: stopBelow(element, under, y) };
  const id = element.dataset.dropCourier;
  if (id === undefined) return { kind: "open" };
  return { kind: "courier", id, before: stopBehind(element, under, x) };
}

/** The stop of a route before which something would come; null: behind all. */
function stopBehind(row: Element, under: Element | null, x: number): string | null {
  const over = under?.closest<HTMLElement>("[data-stop]");
  const stops = [...row.querySelectorAll<HTMLElement>("[data-stop]")];
  const next = over ? stops.find((stop) => {
    const { left, width } = stop.getBoundingClientRect();
    return x < left + width / 2;
  }) : undefined;
  return next?.dataset.stop ?? null;
}

/** The stop of a tour before which something would come; null: behind all. */
function stopBelow(list: Element, under: Element | null, y: number): string | null {
  const stops = [...list.querySelectorAll<HTMLElement>("[data-tour-stop]")];
  const next = under?.closest("[data-tour-stop]") ? stops.find((stop) => {
    const { top, height } = stop.getBoundingClientRect();
    return y < top + height / 2;
  }) : undefined;
  return next?.dataset.tourStop ?? null;
}

function carryOutTour(dragged: Dragged & { kind: "tour" | "tour-stop" }, drop: NonNullable<Drop>): void {
  if (dragged.kind === "tour") {
    if (drop.kind === "courier") void giveTour(dragged.id, drop.id);
    else if (drop.kind === "open") void takeTourBack(dragged.id);
    return;
  }
  const tour = current().board?.tours.get(dragged.tour);
  if (drop.kind === "open") return void takeOut(dragged.tour, [dragged.delivery]);
  if (drop.kind === "courier") return void assign([dragged.delivery], drop.id);
  if (tour && drop.id === tour.id) void orderTour(tour.id, movedStop(tour, dragged.task, drop.before));
}

function carryOut(dragged: Dragged, drop: NonNullable<Drop>): void {
  if (dragged.kind === "tour" || dragged.kind === "tour-stop") return carryOutTour(dragged, drop);
  const ids = dragged.kind === "stop" ? [dragged.delivery] : dragged.ids;
  if (drop.kind === "open") return void unassign(ids);
  if (drop.kind === "tour") return void addToTour(drop.id, ids);
  if (dragged.kind === "stop" && dragged.courier === drop.id) {
    return moveStop(dragged.courier, dragged.task, drop.before);
  }
  void assign(ids, drop.id);
}

/** Puts a stop of a route before another one, or behind all of them. */
export function moveStop(courier: string, task: string, before: string | null): void {
  const route = current().board?.couriers.get(courier)?.route ?? [];
  if (before === task) return;
  const rest = route.filter((other) => other !== task);
  const at = before === null ? rest.length : rest.indexOf(before);
  void reorder(courier, [...rest.slice(0, at), task, ...rest.slice(at)]);
}
