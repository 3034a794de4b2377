// File names as JavaScript strings without losing a byte: valid UTF-8 is text, every other byte 0xNN is the lone surrogate U+DCNN
// (the scheme of PEP 383, see `FilePath` in ports.ts). Pure.

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Cs}/u;

/** Length of the valid UTF-8 sequence at `at`, or 0 when the byte there starts none (same rules as Go's utf8.DecodeRune). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const count = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + count > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < count; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return count;
}

/** Bytes of a name (or path, or link target) as a string; invalid bytes become U+DC80..U+DCFF. */
export function decodeName(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (!text.includes('\ufffd')) return text;
  let out = '';
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const count = sequenceLength(bytes, at);
    if (count > 0) {
      at += count;
      continue;
    }
    out += strictUtf8.decode(bytes.subarray(from, at)) + String.fromCharCode(0xdc00 + (bytes[at] as number));
    at += 1;
    from = at;
  }
  return out + strictUtf8.decode(bytes.subarray(from));
}

/**
 * The inverse of `decodeName`. Lone surrogates outside U+DC80..U+DCFF (Windows allows them in names) become their three-byte
 * generalised form (WTF-8), as Go writes them.
 */
export function encodeName(name: string): Buffer {
  if (!loneSurrogate.test(name)) return Buffer.from(name, 'utf8');
  const parts: number[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff) parts.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else for (const byte of Buffer.from(character, 'utf8')) parts.push(byte);
  }
  return Buffer.from(parts);
}

const simple = /^[\x20-\x5b\x5d-\x7e]*$/;
// oxlint-disable-next-line no-misleading-character-class -- combining marks that show nothing are meant one by one
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/u;
const invisible = new RegExp(hidden, 'gu');

/**
 * A name for people: what is invisible or could reorder the line (control and bidi characters, zero-width ones, bytes that are not
 * text) is shown as an escape (`\n`, `\x1b`, `\u202e`, `\xff`). Never to be used to open a file.
 */
export function displayName(name: string): string {
  if (simple.test(name) || !hidden.test(name)) return name;
  return name.replace(invisible, (character) => {
    const code = character.codePointAt(0) as number;
    if (code === 10) return '\\n';
    if (code === 9) return '\\t';
    if (code === 13) return '\\r';
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Order of names by their raw bytes, as restic sorts a folder. JavaScript's own order differs beyond U+D7FF. */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    if (x < 0xd800 && y < 0xd800) return x - y;
    return Buffer.compare(encodeName(a), encodeName(b));
  }
  return a.length - b.length;
}
