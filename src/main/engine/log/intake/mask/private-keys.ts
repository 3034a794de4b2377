// Blocks of private keys, from the first dash of the header to the last of the footer; of one that was cut off, what is there. Every step goes
// forward, so a text full of headers costs no more than its length.
import type { Span } from './rule.ts';

const header = /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
const footer = /-----END[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
/** A line of a key: base64 behind line breaks, real or escaped. */
const keyLine = /(?:\\[nr]|\s){0,8}[A-Za-z0-9+/]{16,80}={0,2}/y;
const longestBlock = 24_000;
const putty = /PuTTY-User-Key-File-[23]: /g;
const puttyEnd = /Private-MAC: [0-9A-Fa-f]{1,128}/g;

export function findPrivateKeys(text: string): Span[] {
  return [...pemBlocks(text), ...puttyFiles(text)];
}

function all(pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

function pemBlocks(text: string): Span[] {
  const headers = all(header, text);
  const footers = headers.length === 0 ? [] : all(footer, text);
  const spans: Span[] = [];
  let next = 0;
  headers.forEach(({ start, end }, i) => {
    while (next < footers.length && (footers[next] as Span).start < end) next += 1;
    const foot = footers[next];
    const closed = foot !== undefined && foot.start - end <= longestBlock && foot.start < (headers[i + 1]?.start ?? text.length);
    const reach = closed ? (/[A-Za-z0-9+/]{16}/.test(text.slice(end, foot.start)) ? foot.end : end) : endOfLines(text, end);
    // A header that nothing follows is only a mention.
    if (reach > end) spans.push({ start, end: reach });
  });
  return spans;
}

function endOfLines(text: string, start: number): number {
  let end = start;
  for (keyLine.lastIndex = start; keyLine.test(text) && keyLine.lastIndex - start < longestBlock; ) end = keyLine.lastIndex;
  return end;
}

function puttyFiles(text: string): Span[] {
  const starts = all(putty, text);
  const ends = starts.length === 0 ? [] : all(puttyEnd, text);
  const spans: Span[] = [];
  let reached = 0;
  let next = 0;
  for (const { start } of starts) {
    if (start < reached) continue;
    while (next < ends.length && (ends[next] as Span).start < start) next += 1;
    // Without its last line the file was cut off: all that is left of it belongs to it.
    reached = ends[next]?.end ?? text.length;
    spans.push({ start, end: reached });
  }
  return spans;
}
