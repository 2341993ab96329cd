// What the server says of its rules in English, in French as well; a sentence that is not here stays.
import { current } from "../store/store";

const fr: Record<string, string> = {
  "refusals, and offers that were not answered, of other jobs": "les refus, et les propositions restées sans réponse, d’autres courses",
  "customers' opinions": "l’avis des clients",
  "appearance, age, gender, origin, health or union membership": "l’apparence, l’âge, le genre, l’origine, la santé ou l’appartenance syndicale",
  "positions outside a shift": "les positions hors d’un service",
  "suspensions": "les suspensions",
  "reviews": "les réexamens",
  "changes of these rules": "les changements de ces règles",
};

export function ruleWords(text: string): string {
  return (current().language === "fr" ? fr[text] : undefined) ?? text;
}
