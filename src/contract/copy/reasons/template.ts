// Sentences with places: `{bytes} bytes; at most {limit}`. A text fits when it begins, goes on and ends as the template does; a place takes as
// little as it can and never nothing. By searching, not by regular expressions: the time grows with the length of the text alone.

/** Our own texts: English as in the sources, with `{places}`, and Portuguese. A place called `reason` or `what` is looked up as well. */
export type Reasons = Readonly<Record<string, string>>;
/** Texts of others: as they come, and in plain words. */
export type PlainWords = Readonly<Record<string, readonly [en: string, ptBR: string]>>;

export interface Template {
  /** What stands before, between and after the places: one more than names. */
  pieces: readonly string[];
  names: readonly string[];
}

/** Places that may hold a whole clause, or text of others. */
const loose: ReadonlySet<string> = new Set(['reason', 'what', 'text', 'path', 'paths', 'names', 'values', 'blobs', 'pattern', 'key', 'line']);
const absolutePath = /^(?:\/|\\\\|[A-Za-z]:[\\/])/;

/** Keeps a template that begins with a place from swallowing what stands before it. */
function mayStandAt(name: string, value: string): boolean {
  if (name === 'path') return absolutePath.test(value);
  return loose.has(name) || !(value.includes(': ') || value.includes('; '));
}

const place = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

export function parseTemplate(text: string): Template {
  const names = [...text.matchAll(place)].map((match) => match[1] as string);
  return { names, pieces: text.split(place).filter((_, i) => i % 2 === 0) };
}

/** What stands at the places, or undefined when the text does not fit. */
export function fitTemplate({ pieces, names }: Template, text: string): Record<string, string> | undefined {
  const [first = ''] = pieces;
  const last = pieces.at(-1) ?? '';
  if (names.length === 0) return text === first ? {} : undefined;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const end = text.length - last.length;
  const values: Record<string, string> = {};
  let at = first.length;
  for (const [i, name] of names.entries()) {
    const next = i === names.length - 1 ? end : text.indexOf(pieces[i + 1] as string, at + 1);
    if (next <= at || next > end) return undefined;
    const value = text.slice(at, next);
    if (!mayStandAt(name, value)) return undefined;
    values[name] = value;
    at = next + (pieces[i + 1] as string).length;
  }
  return values;
}

/** `before` is the fixed piece in front of the place. */
export function fillTemplate({ pieces, names }: Template, value: (name: string, before: string) => string): string {
  return pieces.map((piece, i) => (i === 0 ? piece : value(names[i - 1] as string, pieces[i - 1] as string) + piece)).join('');
}

/** How much of the template is fixed: the more, the less it fits by accident. */
export function fixedLength({ pieces }: Template): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
