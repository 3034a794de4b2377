// Technical diagnostics as JSON lines: `{"ts":...,"level":...,"message":...,<fields>}`. Not the evidence log. A last net against secrets:
// values of keys that sound secret, credentials in URLs and bearer tokens are replaced. Never a reason to pass one.
import type { Clock, Logger } from '../engine/ports.ts';
import { createSystemClock } from './clock.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface LoggerOptions {
  /** Lines below this level are not written. */
  level: LogLevel;
  /** Gets each line with its line feed. Default: standard error. */
  write?: (line: string) => void;
  clock?: Pick<Clock, 'now'>;
}

const ownKeys = new Set(['ts', 'level', 'message']);
const secretKey = /pass(word|phrase|wd)?s?$|secret|token|authorization|cookie|credential|private|bearer|apikey|api[_-]key|(^|[a-z0-9_-])[_-]?key$/i;
const longestText = 8192;

export function createLogger(options: LoggerOptions): Logger {
  const { level, clock = createSystemClock(), write = (line: string) => void process.stderr.write(line) } = options;
  const lowest = logLevels.indexOf(level);
  const at =
    (name: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (logLevels.indexOf(name) < lowest) return;
      const line: Record<string, unknown> = { ts: new Date(clock.now()).toISOString(), level: name, message: maskText(message) };
      for (const [key, value] of Object.entries(fields)) line[ownKeys.has(key) ? `${key}_` : key] = toPlain(key, value, [], 0);
      write(`${JSON.stringify(line)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function toPlain(key: string, value: unknown, above: unknown[], depth: number): unknown {
  if (value !== undefined && value !== null && typeof value !== 'boolean' && secretKey.test(key)) return '[redacted]';
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString();
  if (above.includes(value)) return '[circular]';
  if (depth >= 6) return '[deeper]';
  const path = [...above, value];
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => toPlain('', item, path, depth + 1));
  const entries = value instanceof Map ? [...value].map(([k, v]): [string, unknown] => [String(k), v]) : Object.entries(value);
  const plain: Record<string, unknown> = {};
  if (value instanceof Error) {
    plain['name'] = value.name;
    plain['message'] = maskText(value.message);
    plain['stack'] = maskText(value.stack ?? '');
    if (value.cause !== undefined) plain['cause'] = toPlain('cause', value.cause, path, depth + 1);
  }
  for (const [name, item] of entries) if (!(name in plain)) plain[name] = toPlain(name, item, path, depth + 1);
  return plain;
}

function maskText(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}[... ${text.length} characters]` : text;
  return short.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1[redacted]@').replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]');
}
