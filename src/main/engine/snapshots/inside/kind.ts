// What a file is: by its first bytes, and among texts by its name.
import type { InsideFallback, InsideKind } from '../../../../contract/inside.ts';
import { sniffEncoding } from './encoding.ts';
import { readImageHeader } from './image.ts';

export const headBytes = 262_144;

const jsonNames = /\.(?:json|geojson|ipynb|webmanifest|topojson)$/i;
const tableNames = /\.(?:csv|tsv|tab)$/i;

export function kindOf(head: Buffer, name: string): InsideKind {
  if (head.toString('latin1', 0, 16) === 'SQLite format 3\0') return 'sqlite';
  if (head.toString('latin1', 0, 6) === '\x93NUMPY') return 'npy';
  if (readImageHeader(head) !== undefined) return 'image';
  if (sniffEncoding(head) === undefined) return 'bytes';
  if (jsonNames.test(name)) return 'json';
  return tableNames.test(name) ? 'csv' : 'text';
}

export function delimitedByTabs(name: string): boolean {
  return /\.(?:tsv|tab)$/i.test(name);
}

const textual: ReadonlySet<InsideKind> = new Set(['text', 'json', 'csv']);

/** What two files are compared as. An empty file is an empty text. */
export function commonKind(a: InsideKind, b: InsideKind): { kind: InsideKind; fallback: InsideFallback | null } {
  if (a === b) return { kind: a, fallback: null };
  if (textual.has(a) && textual.has(b)) return { kind: 'text', fallback: null };
  return { kind: 'bytes', fallback: { wanted: b === 'bytes' ? a : b, why: 'other-kind' } };
}
