// The value of a line whose numbers are kept as they were written, as one that the record can hold: a number that a double would round becomes its
// digits as text, so that nothing is lost and nothing looks exact that is not.
import { NumberText } from '../json-text.ts';

/** undefined when it is nested deeper than `maxDepth`. */
export function plainValue(value: unknown, maxDepth: number): unknown {
  try {
    return plain(value, maxDepth);
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
}

class TooDeep extends Error {}

function plain(value: unknown, depth: number): unknown {
  if (value instanceof NumberText) return numberOf(value.digits);
  if (typeof value !== 'object' || value === null) return value;
  if (depth <= 0) throw new TooDeep();
  if (Array.isArray(value)) return value.map((item) => plain(item, depth - 1));
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) setMember(result, key, plain(member, depth - 1));
  return result;
}

function numberOf(digits: string): number | string {
  const number = Number(digits);
  const exact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21);
  return exact && !(Math.abs(number) >= 1e21 && /^-?\d+$/.test(digits)) ? number : digits;
}

/** Not by assignment: `__proto__` would set the prototype. */
export function setMember(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
