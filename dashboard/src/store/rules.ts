/** A rule by its place in the text: `limits.reach_m`. */
export interface Rule {
  path: string;
  value: string;
}

/**
 * Rules of any shape as one list, in the order of the text. What is a list of plain values is one line;
 * the things of another list are numbered from 1.
 */
export function flatRules(rules: unknown, path = ""): Rule[] {
  const below = (key: string | number) => (path ? `${path}.${key}` : String(key));
  if (Array.isArray(rules)) {
    const plain = rules.every((one) => one === null || typeof one !== "object");
    return plain ? [{ path, value: rules.length > 0 ? rules.join(", ") : "–" }]
      : rules.flatMap((one, index) => flatRules(one, below(index + 1)));
  }
  if (rules !== null && typeof rules === "object") {
    const parts = Object.entries(rules);
    return parts.length === 0 ? [{ path, value: "–" }] : parts.flatMap(([key, part]) => flatRules(part, below(key)));
  }
  return [{ path, value: rules === null || rules === undefined || rules === "" ? "–" : String(rules) }];
}
