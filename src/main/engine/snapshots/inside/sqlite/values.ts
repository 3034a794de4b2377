// Values of a database: their order as SQLite's, and how they look as SQL.

export type SqlValue = null | bigint | number | string | Buffer;

function rank(value: SqlValue): number {
  if (value === null) return 0;
  if (typeof value === 'bigint' || typeof value === 'number') return 1;
  return typeof value === 'string' ? 2 : 3;
}

/** NULL, numbers, texts by their bytes, blobs. `utf16`: the database's texts are in UTF-16, of this byte order. */
export function compareValues(a: SqlValue, b: SqlValue, utf16?: 'le' | 'be'): number {
  const ranks = rank(a) - rank(b);
  if (ranks !== 0) return ranks;
  if (a === null || b === null) return 0;
  if (typeof a === 'string') return a === b ? 0 : Buffer.compare(textBytes(a, utf16), textBytes(b as string, utf16));
  if (Buffer.isBuffer(a)) return Buffer.compare(a, b as Buffer);
  const [x, y] = [a, b as bigint | number];
  return x < y ? -1 : x > y ? 1 : 0;
}

function textBytes(text: string, utf16: 'le' | 'be' | undefined): Buffer {
  if (utf16 === undefined) return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'utf16le');
  return utf16 === 'be' ? bytes.swap16() : bytes;
}

/** The same kind and value: 1 and 1.0 are not. */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (Buffer.isBuffer(a)) return Buffer.isBuffer(b) && a.equals(b);
  return a === b || (typeof a === 'number' && typeof b === 'number' && Object.is(a, b));
}

/** As SQL writes it: `NULL`, `12`, `1.5`, `'text'`, `X'00ff'`. Long ones only as far as anybody reads. */
export function sqlText(value: SqlValue, most: number): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
    return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
  }
  if (typeof value === 'string') return `'${value.slice(0, most + 1).replaceAll("'", "''")}'`;
  return `X'${value.subarray(0, most / 2 + 1).toString('hex')}'`;
}
