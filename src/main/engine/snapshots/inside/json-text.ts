// The text of a JSON file as bytes in UTF-8, whatever it is written in.
import { isUtf8 } from 'node:buffer';
import { decode, sniffEncoding } from './encoding.ts';

/** Without its mark. undefined: it is no text. */
export function jsonBytes(bytes: Buffer): Buffer | undefined {
  const encoding = sniffEncoding(bytes);
  if (encoding === undefined) return undefined;
  const body = bytes.subarray(encoding.mark);
  if (encoding.unit === 1 && isUtf8(body)) return body;
  const { text } = decode(body, encoding);
  return Buffer.from(text.isWellFormed() ? text : withoutLoneSurrogates(text));
}

/** UTF-8 has none: they are written as JSON's escapes. One behind a backslash is no JSON, and does not become any. */
function withoutLoneSurrogates(text: string): string {
  return text.replace(/\\.|[\ud800-\udfff]/gsu, (found) => (found.length === 1 ? `\\u${found.charCodeAt(0).toString(16)}` : found));
}
