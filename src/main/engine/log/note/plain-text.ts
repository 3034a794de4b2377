// Bytes that must be text: UTF-8, nothing below a space but newlines. A byte order mark is a character like any other, never skipped.
import { bad } from './bad-note.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u0009\u000b-\u001f]/;

/** Throws BadNote (`too-large`, `not-text`). */
export function readPlainText(input: string | Uint8Array, limitBytes: number): string {
  const size = typeof input === 'string' ? Buffer.byteLength(input, 'utf8') : input.length;
  if (size > limitBytes) bad('too-large', `${size} bytes where at most ${limitBytes} are expected`);
  const text = typeof input === 'string' ? input : decode(input);
  if (!text.isWellFormed()) bad('not-text', 'half of a character (a lone surrogate)');
  if (control.test(text)) bad('not-text', 'a control character');
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bad('not-text', 'not valid UTF-8');
  }
}
