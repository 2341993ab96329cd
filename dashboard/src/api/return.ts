/** Why a dispatcher has something brought back. */
export const RETURN_CODES = [
  "incorrect_item", "damaged", "late", "refused", "address_unreachable", "weather", "other",
] as const;
export type ReturnCode = (typeof RETURN_CODES)[number];
