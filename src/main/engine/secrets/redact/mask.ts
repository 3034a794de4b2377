// What a process knows of secrets, taken out of every text that leaves it: errors, diagnostics, messages of alerts, what a run says of its end (rule 10.6).
import type { Logger } from '../../ports.ts';
import { createRedactor, type NamedValue, type Redactor } from './index.ts';

export interface Mask {
  /** From now on this value is masked. Values stay known as long as the process lives. */
  know(secret: NamedValue): void;
  text(text: string): string;
  /** All strings of a plain value, names of fields as they are. */
  value<T>(value: T): T;
}

export function createMask(): Mask {
  const known = new Map<string, NamedValue>();
  let redactor: Redactor | undefined;
  const text = (given: string): string => (redactor ??= createRedactor({ secrets: [...known.values()] })).redactText(given);
  const deep = (given: unknown): unknown => {
    if (typeof given === 'string') return text(given);
    if (Array.isArray(given)) return given.map(deep);
    if (given instanceof Error) return { name: given.name, message: text(given.message), ...(given.stack !== undefined && { stack: text(given.stack) }) };
    if (typeof given !== 'object' || given === null || (Object.getPrototypeOf(given) !== Object.prototype && Object.getPrototypeOf(given) !== null)) return given;
    return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, deep(inner)]));
  };
  return {
    know: ({ name, value }) => {
      const key = `${name} ${Buffer.from(value as string).toString('base64')}`;
      if (known.has(key)) return;
      known.set(key, { name, value: typeof value === 'string' ? value : new Uint8Array(value) });
      redactor = undefined;
    },
    text,
    value: <T>(given: T): T => deep(given) as T
  };
}

/** Diagnostics without what is known of secrets. */
export function maskedLogger(logger: Logger, mask: Pick<Mask, 'text' | 'value'>): Logger {
  const at =
    (level: keyof Logger): Logger[keyof Logger] =>
    (message, fields) =>
      logger[level](mask.text(message), fields && mask.value(fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
