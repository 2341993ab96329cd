// Reading strictly: a field that is missing, unknown or of another kind is a fault.
import type { Reason } from "./fault";
import { Fault } from "./fault";

export type Check = (value: unknown, where: string) => void;

const refuse = (where: string, reason: Reason = "unreadable"): never => {
  throw new Fault(reason, { where });
};

export const whole: Check = (value, where) => {
  if (!Number.isSafeInteger(value)) refuse(where);
};

export const text: Check = (value, where) => {
  if (typeof value !== "string") refuse(where);
};

export const hex = (digits: number): Check => (value, where) => {
  if (typeof value !== "string" || value.length !== digits || !/^[0-9a-f]*$/.test(value)) refuse(where);
};

export const oneOf = (...known: string[]): Check => (value, where) => {
  if (typeof value !== "string" || !known.includes(value)) refuse(where);
};

export const orNull = (check: Check): Check => (value, where) => {
  if (value !== null) check(value, where);
};

export const many = (check: Check): Check => (value, where) => {
  if (!Array.isArray(value)) return refuse(where);
  value.forEach((one, index) => check(one, `${where}[${index}]`));
};

/** An object with these fields and no other; the optional ones may be missing. */
export const fields = (needed: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, where) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse(where);
    const found = value as Record<string, unknown>;
    for (const [name, check] of Object.entries(needed)) {
      if (!Object.hasOwn(found, name)) refuse(`${where}.${name}`);
      check(found[name], `${where}.${name}`);
    }
    for (const name of Object.keys(found)) {
      if (Object.hasOwn(needed, name)) continue;
      const check = Object.hasOwn(optional, name) ? optional[name] : undefined;
      if (!check) return refuse(`${where}.${name}`);
      check(found[name], `${where}.${name}`);
    }
  };
