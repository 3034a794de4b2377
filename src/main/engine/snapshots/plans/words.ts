// Values of a plan as the record takes them.

/** Events are I-JSON: a byte that is no text cannot stand in them as such. */
export function wellFormed(text: string): string {
  return text.replace(/[\udc80-\udcff](?<![\ud800-\udbff][\udc00-\udfff])/g, (byte) => `\\x${(byte.charCodeAt(0) - 0xdc00).toString(16)}`).toWellFormed();
}

/** The same value with every text in it well formed. */
export function logged<T>(value: T): T {
  if (typeof value === 'string') return wellFormed(value) as T;
  if (Array.isArray(value)) return value.map(logged) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, logged(inner as unknown)])) as T;
}
