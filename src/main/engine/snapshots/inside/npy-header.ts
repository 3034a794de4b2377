// The header of a NumPy array file (format versions 1 to 3): a Python dictionary with three entries, read by a strict grammar and never evaluated.

export interface NpyHeader {
  /** As written: byte order, kind, bytes of an item. */
  dtype: string;
  order: 'C' | 'F';
  shape: bigint[];
  /** Where the items begin. */
  dataOffset: number;
  /** How to read an item; undefined for those that are no numbers (texts, records, objects, dates). */
  item: NpyItem | undefined;
  /** Bytes of one item; undefined when it is not said in a plain form. */
  itemBytes: number | undefined;
}

export interface NpyItem {
  kind: 'bool' | 'int' | 'uint' | 'float' | 'complex';
  /** Bytes of one number; of a complex one, of both its parts together. */
  bytes: number;
  big: boolean;
}

const magic = '\x93NUMPY';
export const mostHeaderBytes = 65_536;

const text = String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`;
const entryForm = new RegExp(String.raw`^\s*(?:'(descr|fortran_order|shape)'|"(descr|fortran_order|shape)")\s*:\s*(True|False|${text}|\((?:\s*\d{1,19}L?\s*,)*\s*(?:\d{1,19}L?)?\s*\)|\[)`);

/** undefined: not of this format, or its header is not as the format has it. `head` holds the first 64 KiB of the file. */
export function readNpyHeader(head: Buffer): NpyHeader | undefined {
  if (head.length < 10 || head.toString('latin1', 0, 6) !== magic) return undefined;
  const major = head[6] as number;
  if (major < 1 || major > 3 || head[7] !== 0) return undefined;
  const start = major === 1 ? 10 : 12;
  if (head.length < start) return undefined;
  const length = major === 1 ? head.readUInt16LE(8) : head.readUInt32LE(8);
  if (length > mostHeaderBytes || head.length < start + length) return undefined;
  const entries = readEntries(head.toString(major === 3 ? 'utf8' : 'latin1', start, start + length));
  const [descr, fortran, shape] = [entries?.get('descr'), entries?.get('fortran_order'), entries?.get('shape')];
  if (descr === undefined || (fortran !== 'True' && fortran !== 'False') || !shape?.startsWith('(')) return undefined;
  const simple = /^['"]/.test(descr) ? descr.slice(1, -1) : undefined;
  return {
    dtype: simple ?? descr,
    order: fortran === 'True' ? 'F' : 'C',
    shape: [...shape.matchAll(/\d+/g)].map(([digits]) => BigInt(digits)),
    dataOffset: start + length,
    item: simple === undefined ? undefined : itemOf(simple),
    itemBytes: simple === undefined ? undefined : bytesOf(simple)
  };
}

/** The three entries as written; undefined for anything else. */
function readEntries(header: string): Map<string, string> | undefined {
  const opened = /^\s*\{/.exec(header);
  if (opened === null) return undefined;
  const entries = new Map<string, string>();
  for (let rest = header.slice(opened[0].length); ; ) {
    if (/^\s*\}\s*$/.test(rest)) return entries.size === 3 ? entries : undefined;
    const found = entryForm.exec(rest);
    const name = found?.[1] ?? found?.[2];
    if (found === null || name === undefined || entries.has(name)) return undefined;
    let value = found[3] as string;
    let end = found[0].length;
    if (value === '[') {
      // A record's fields: kept as written, not looked into.
      const close = closingBracket(rest, end - 1);
      if (close === undefined) return undefined;
      value = rest.slice(end - 1, close + 1);
      end = close + 1;
    }
    entries.set(name, value);
    const comma = /^\s*,/.exec(rest.slice(end));
    rest = rest.slice(end + (comma?.[0].length ?? 0));
    if (comma === null && !/^\s*\}\s*$/.test(rest)) return undefined;
  }
}

function closingBracket(rest: string, open: number): number | undefined {
  const token = new RegExp(`${text}|[[\\]]`, 'g');
  token.lastIndex = open;
  let depth = 0;
  for (let found = token.exec(rest); found !== null; found = token.exec(rest)) {
    if (found[0] === '[') depth += 1;
    else if (found[0] === ']' && (depth -= 1) === 0) return found.index;
  }
  return undefined;
}

const kinds: Readonly<Record<string, { kind: NpyItem['kind']; bytes: readonly number[] }>> = {
  b: { kind: 'bool', bytes: [1] },
  i: { kind: 'int', bytes: [1, 2, 4, 8] },
  u: { kind: 'uint', bytes: [1, 2, 4, 8] },
  f: { kind: 'float', bytes: [2, 4, 8] },
  c: { kind: 'complex', bytes: [8, 16] }
};

function itemOf(descr: string): NpyItem | undefined {
  const [, order, letter, digits] = /^([<>|=]?)([biufc])(\d{1,2})$/.exec(descr) ?? [];
  const known = kinds[letter ?? ''];
  const bytes = Number(digits);
  if (known === undefined || !known.bytes.includes(bytes)) return undefined;
  return { kind: known.kind, bytes, big: order === '>' };
}

function bytesOf(descr: string): number | undefined {
  const [, letter, digits] = /^[<>|=]?([biufcSVUmMO])(\d{0,9})(?:\[[^\]]*\])?$/.exec(descr) ?? [];
  if (letter === undefined || digits === '' || letter === 'O') return undefined;
  return Number(digits) * (letter === 'U' ? 4 : 1);
}
