// A payload for a row of a list: small ones whole, large ones with long texts cut, long lists cut and counted, and nothing below some levels.
// Sentences are made from it, so counts are said apart (`seqsCount`) where a list had to be cut.
const wholeBelow = 4096;
const longestText = 300;
const mostItems = 20;
const mostFields = 60;
const deepest = 4;

export function shortenPayload(payload: unknown, sizeBytes: number): { payload: unknown; shortened: boolean } {
  if (sizeBytes <= wholeBelow) return { payload, shortened: false };
  return { payload: shorten(payload, 0), shortened: true };
}

function shorten(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText).toWellFormed()}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return null;
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => shorten(item, depth + 1));
  const fields: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value).slice(0, mostFields)) {
    if (Array.isArray(inner) && inner.length > mostItems && !Object.hasOwn(value, `${key}Count`)) fields.push([`${key}Count`, inner.length]);
    fields.push([key, shorten(inner, depth + 1)]);
  }
  return Object.fromEntries(fields);
}
