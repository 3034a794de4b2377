// JSON Web Tokens, believed only when the first two parts decode to JSON objects and the first has `alg` (RFC 7519). Linear: a text falls apart
// into runs of the characters a token can have, and each part of a run is looked at once.
import type { Span } from './rule.ts';

const run = /[A-Za-z0-9_.-]+/g;

export function findJwts(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: letters, index } of text.matchAll(run)) {
    if (!letters.includes('eyJ')) continue;
    // The letter of an escaped line break (`\\n`) is none of the token's.
    const skipped = text[index - 1] === '\\' && /^[nrt]/.test(letters) ? 1 : 0;
    spans.push(...tokensIn(letters.slice(skipped), index + skipped));
  }
  return spans;
}

function tokensIn(letters: string, offset: number): Span[] {
  const parts = letters.split('.');
  const spans: Span[] = [];
  let at = offset;
  for (let i = 0; i + 1 < parts.length; ) {
    const head = headIn(parts[i] as string);
    const isToken = head !== undefined && (parts[i + 1] as string).startsWith('eyJ') && decodeObject(parts[i + 1] as string) !== undefined;
    const taken = isToken ? parts.slice(i, i + 3) : [parts[i] as string];
    const length = taken.join('.').length;
    if (isToken) spans.push({ start: at + head, end: at + length });
    at += length + 1;
    i += taken.length;
  }
  return spans;
}

/** Where in the part the header of a token begins: at its start, or behind a dash or underscore that is not its own. */
function headIn(part: string): number | undefined {
  const at = part.indexOf('eyJ');
  if (at < 0 || (at > 0 && /[0-9A-Za-z]/.test(part[at - 1] as string))) return undefined;
  return typeof decodeObject(part.slice(at))?.['alg'] === 'string' ? at : undefined;
}

function decodeObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
