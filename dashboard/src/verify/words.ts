// English and French. `{name}` marks what is filled in; a missing key does not compile.
import type { Language } from "../store/preferences";
import type { Fault, Reason } from "./fault";

type Key =
  | "title" | "intro" | "key" | "keyHelp" | "keyWrong" | "keyOther" | "keyAgain" | "file"
  | "drop" | "busy" | "holds" | "fails" | "lines" | "balance" | "head" | "account" | "signedUpTo"
  | "signedAt" | "unsigned" | "keptBefore" | "keptNow" | "checkpoints" | "checkpointsWhy" | "number"
  | "when" | "accounts" | "root" | "noCheckpoints" | "unreachable" | "save" | "language"
  | `fault.${Reason}`;

const en: Record<Key, string> = {
  title: "Verify a statement",
  intro: "Choose the file that you took along. It is checked here, in your browser: nothing is sent to anybody.",
  key: "The co-op's public key",
  keyHelp: "64 characters. This server says it is the one above. Trust it only if it is the same on paper or with another member.",
  keyWrong: "A key has 64 characters: digits and the letters a to f.",
  keyOther: "This server names another key than the one this browser has known so far. Ask the co-op why before you trust it.",
  keyAgain: "Use the key that this browser knows",
  file: "Statement (JSON)",
  drop: "or drop it here",
  busy: "Checking…",
  holds: "This statement holds.",
  fails: "This statement does not hold.",
  lines: "Lines",
  balance: "Balance",
  head: "Last line",
  account: "Account",
  signedUpTo: "Signed by the co-op up to line {seq}",
  signedAt: "checkpoint {number} of {time}",
  unsigned: "The co-op has not signed for any of these lines yet: the next checkpoint does.",
  keptBefore: "Line {seq} is as this browser saw it before.",
  keptNow: "This browser remembers the last line. A later statement that says otherwise is refused.",
  checkpoints: "What the co-op has signed",
  checkpointsWhy: "Each checkpoint covers every account. Whoever keeps one can prove later what the books said.",
  number: "No.",
  when: "Signed",
  accounts: "Accounts",
  root: "Root",
  noCheckpoints: "Nothing has been signed yet.",
  unreachable: "The server cannot be reached. A file can be verified all the same, by a key that you know.",
  save: "Save this list",
  language: "Français",
  "fault.unreadable": "The file is not as a statement has to be, at {where}.",
  "fault.format": "The file is no statement of the form {FORMAT}.",
  "fault.tooLong": "The statement has more than {max} lines.",
  "fault.tariff": "Tariff {index} is unreadable, or no line names it: {why}",
  "fault.before": "Before the first line there has to be nothing, and there is something.",
  "fault.sequence": "Line {seq} stands where line {expected} should stand.",
  "fault.previous": "Line {seq} does not begin with the balance that the line before ends with.",
  "fault.balance": "Line {seq}: its balance is not the one before and its amount.",
  "fault.hash": "Line {seq} is not as it was booked: its hash is another one.",
  "fault.detail": "Line {seq} says nothing that can be reckoned again.",
  "fault.tariffUnknown": "Line {seq} names the tariff {name}, which is not in this statement.",
  "fault.reckoned": "Line {seq} is {booked} cents; by its tariff it is {reckoned}.",
  "fault.rewritten": "Line {seq} is not the one that this browser saw before: the past has been rewritten.",
  "fault.rewound": "Line {seq}, which this browser has seen before, is missing: the statement ends at line {last}.",
  "fault.halfProof": "A checkpoint comes with its proof, and a proof with its checkpoint. One of them is missing.",
  "fault.key": "The checkpoint is signed by another key: {key}",
  "fault.signature": "The signature of checkpoint {number} does not hold.",
  "fault.path": "Checkpoint {number} does not cover this account with this last line.",
  "fault.signed": "The co-op has signed for another line {seq}.",
  "fault.uncovered": "The checkpoint covers line {seq}, which is not in this statement.",
};

const fr: Record<Key, string> = {
  title: "Vérifier un relevé",
  intro: "Choisissez le fichier que vous avez emporté. Il est vérifié ici, dans votre navigateur : rien n’est envoyé à personne.",
  key: "La clé publique de la coopérative",
  keyHelp: "64 caractères. D’après ce serveur, c’est celle ci-dessus. Ne vous y fiez que si elle est la même sur papier ou chez un autre membre.",
  keyWrong: "Une clé a 64 caractères : des chiffres et les lettres a à f.",
  keyOther: "Ce serveur donne une autre clé que celle que ce navigateur connaît. Demandez pourquoi à la coopérative avant de vous y fier.",
  keyAgain: "Prendre la clé que ce navigateur connaît",
  file: "Relevé (JSON)",
  drop: "ou déposez-le ici",
  busy: "Vérification…",
  holds: "Ce relevé est juste.",
  fails: "Ce relevé n’est pas juste.",
  lines: "Lignes",
  balance: "Solde",
  head: "Dernière ligne",
  account: "Compte",
  signedUpTo: "Signé par la coopérative jusqu’à la ligne {seq}",
  signedAt: "sceau {number} du {time}",
  unsigned: "La coopérative n’a encore signé aucune de ces lignes : le prochain sceau le fera.",
  keptBefore: "La ligne {seq} est telle que ce navigateur l’a déjà vue.",
  keptNow: "Ce navigateur retient la dernière ligne. Un relevé ultérieur qui dit autre chose sera refusé.",
  checkpoints: "Ce que la coopérative a signé",
  checkpointsWhy: "Chaque sceau couvre tous les comptes. Qui en garde un peut prouver plus tard ce que disaient les livres.",
  number: "N°",
  when: "Signé le",
  accounts: "Comptes",
  root: "Racine",
  noCheckpoints: "Rien n’a encore été signé.",
  unreachable: "Le serveur est injoignable. Un fichier se vérifie quand même, avec une clé que vous connaissez.",
  save: "Enregistrer cette liste",
  language: "English",
  "fault.unreadable": "Le fichier n’est pas fait comme un relevé, à {where}.",
  "fault.format": "Le fichier n’est pas un relevé de la forme {FORMAT}.",
  "fault.tooLong": "Le relevé a plus de {max} lignes.",
  "fault.tariff": "Le tarif {index} est illisible, ou aucune ligne ne le nomme : {why}",
  "fault.before": "Avant la première ligne il ne doit rien y avoir, et il y a quelque chose.",
  "fault.sequence": "La ligne {seq} se trouve à la place de la ligne {expected}.",
  "fault.previous": "La ligne {seq} ne commence pas par le solde où finit la précédente.",
  "fault.balance": "Ligne {seq} : son solde n’est pas le précédent plus son montant.",
  "fault.hash": "La ligne {seq} n’est pas telle qu’elle a été inscrite : son empreinte diffère.",
  "fault.detail": "La ligne {seq} ne dit rien qui se recalcule.",
  "fault.tariffUnknown": "La ligne {seq} nomme le tarif {name}, absent de ce relevé.",
  "fault.reckoned": "La ligne {seq} est de {booked} centimes ; d’après son tarif, c’est {reckoned}.",
  "fault.rewritten": "La ligne {seq} n’est pas celle que ce navigateur a déjà vue : le passé a été réécrit.",
  "fault.rewound": "La ligne {seq}, que ce navigateur a déjà vue, manque : le relevé finit à la ligne {last}.",
  "fault.halfProof": "Un sceau vient avec sa preuve, et une preuve avec son sceau. L’un des deux manque.",
  "fault.key": "Le sceau est signé par une autre clé : {key}",
  "fault.signature": "La signature du sceau {number} est fausse.",
  "fault.path": "Le sceau {number} ne couvre pas ce compte avec cette dernière ligne.",
  "fault.signed": "La coopérative a signé une autre ligne {seq}.",
  "fault.uncovered": "Le sceau couvre la ligne {seq}, absente de ce relevé.",
};

const words = { en, fr };

export type Say = (key: Key, fill?: Record<string, string | number>) => string;

export const speaker = (language: Language): Say => (key, fill = {}) =>
  words[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));

export const faultWords = (say: Say, { reason, fill }: Fault): string => say(`fault.${reason}`, fill);
