// The engine's codes in people's words: its rules, terms and verdicts. A code that is not here is
// shown as it is written, so that a new rule is readable before it is translated.
import { current } from "../store/store";

const en: Record<string, string> = {
  blocked: "Kept apart from this shop",
  "refused-already": "Refused it already",
  "pending-offer": "Has another offer to answer",
  zone: "Works in other zones",
  vehicle: "Vehicle not admitted",
  skills: "Lacks a skill or equipment",
  "too-large": "Load too large for the vehicle",
  "position-age": "Position too old",
  rest: "Must rest",
  reach: "Pickup too far away",
  "deliveries-ahead": "Has enough deliveries ahead",
  "bundle-size": "Too many pickups at one counter",
  capacity: "Vehicle too full on the way",
  window: "Would come too late",
  "shift-end": "Shift ends before the pickup",
  ride: "Goods would ride too far",
  range: "Vehicle does not go that far any more",
  delay_s: "Delay",
  lateness_s: "Lateness",
  freshness_s: "Goods wait",
  riding_m: "Riding",
  approach_m: "Approach",
  fairness_ms: "Fairness",
  cost: "All together",
  proposed: "Proposed",
  waits: "Waits, which costs nothing yet",
  moves: "Goes to somebody who is sooner there",
  on_open_list: "On the open list",
  outbid: "All who could are needed more elsewhere",
  nobody: "Nobody can take it now",
  from: "from",
  to: "to",
  best: "best now",
  until: "until",
};

const fr: Record<string, string> = {
  blocked: "Tenu à l’écart de ce commerce",
  "refused-already": "L’a déjà refusée",
  "pending-offer": "Doit répondre à une autre proposition",
  zone: "Travaille dans d’autres zones",
  vehicle: "Véhicule non admis",
  skills: "Compétence ou matériel manquant",
  "too-large": "Charge trop grande pour le véhicule",
  "position-age": "Position trop ancienne",
  rest: "Doit se reposer",
  reach: "Retrait trop loin",
  "deliveries-ahead": "A déjà assez de courses",
  "bundle-size": "Trop de retraits à un comptoir",
  capacity: "Véhicule trop plein en route",
  window: "Arriverait trop tard",
  "shift-end": "Fin de service avant le retrait",
  ride: "Trajet trop long pour la marchandise",
  range: "Le véhicule n’ira plus aussi loin",
  delay_s: "Délai",
  lateness_s: "Retard",
  freshness_s: "Attente au comptoir",
  riding_m: "Trajet",
  approach_m: "Approche",
  fairness_ms: "Équité",
  cost: "En tout",
  proposed: "Proposée",
  waits: "Attend, sans rien coûter encore",
  moves: "Passe à quelqu’un qui y sera plus tôt",
  on_open_list: "Sur la liste libre",
  outbid: "Ceux qui pourraient sont plus utiles ailleurs",
  nobody: "Personne ne peut la prendre",
  from: "de",
  to: "à",
  best: "le mieux placé",
  until: "jusqu’à",
  assigned: "Attribuée",
  offered: "Proposée",
  waiting: "En attente",
};

/** `shift-end` or `approach_m` as a person would say it. */
export function engineWords(code: string): string {
  const known = (current().language === "fr" ? fr : en)[code];
  if (known) return known;
  const bare = code.replace(/_(m|s|ms|seconds|metres|minutes)$/, "");
  const text = bare.replace(/[._-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
