// Delimited text by row and cell: what is reported, put onto the first table, gives the second.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideFacts, InsideRow } from '../../../../contract/inside.ts';
import { collector, lookInside, quietPace } from '../testing/looking-inside.ts';
import { compareCsv } from './csv.ts';
import { CsvTable, readCsv } from './csv-read.ts';
import { KeyIndex } from './key-index.ts';

type RecordRow = Extract<InsideRow, { row: 'record' }>;
type CsvFacts = Extract<InsideFacts, { kind: 'csv' }>;
const runs = process.env['VARVE_LONG'] === '1' ? 10_000 : 400;

const write = (rows: readonly (readonly string[])[], delimiter = ','): string => rows.map((row) => row.map((cell) => (/["\n\r]/.test(cell) || cell.includes(delimiter) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter) + '\n').join('');
const side = (text: string) => ({ text, encoding: 'utf-8' as const });

/** Rows of the second table, by the rows of the first and what was reported. */
function apply(before: readonly string[][], columnsA: readonly string[], columnsB: readonly string[], rows: readonly RecordRow[], count: number): string[][] {
  const result: (string[] | undefined)[] = Array.from({ length: count });
  const removed = new Set(rows.filter(({ change }) => change === 'removed').map(({ beforeRow }) => beforeRow));
  const changed = new Map(rows.filter(({ change }) => change === 'changed').map((row) => [row.beforeRow, row]));
  const build = (base: ReadonlyMap<string, string>, cells: RecordRow['cells']): string[] => columnsB.map((column) => cells.find((cell) => cell.column === column)?.after ?? base.get(column) ?? '');
  for (const row of rows) if (row.change !== 'removed') result[(row.afterRow as number) - 1] = build(new Map(columnsA.map((name, i) => [name, before[(row.beforeRow ?? 0) - 1]?.[i] ?? ''])), row.cells);
  // What is not spoken of is as it was, in the same order, in the places that are left.
  const rest = before.filter((_, i) => !removed.has(i + 1) && !changed.has(i + 1)).map((row) => build(new Map(columnsA.map((name, i) => [name, row[i] as string])), []));
  return result.map((row) => row ?? (rest.shift() as string[]));
}

const cell = fc.constantFrom('x', 'y', 'a,b', '"q"', 'two\nlines', '1,5', 'é', '7');

describe('delimited text by cell', () => {
  it('gives the second table when its changes are put onto the first, by a key or by alignment', async () => {
    const table = (keyed: boolean) => fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 12 }).chain((ids) => fc.tuple(...ids.map((id) => fc.tuple(fc.constant(keyed ? `k${id}` : 'same'), cell, cell))));
    await fc.assert(
      fc.asyncProperty(fc.boolean().chain((keyed) => fc.tuple(table(keyed), table(keyed))), async ([a, b]) => {
        const sorted = (rows: readonly string[][]): string[][] => [...rows].sort((x, y) => ((x[0] as string) < (y[0] as string) ? -1 : 1));
        const [rowsA, rowsB] = [sorted(a as string[][]), sorted(b as string[][])];
        const head = ['id', 'name', 'note'];
        const { keeper, rows } = collector();
        const facts = await compareCsv(side(write([head, ...rowsA])), side(write([head, ...rowsB])), false, keeper, quietPace());
        if (facts === undefined || facts === 'too-large') throw new Error('no table');
        expect(facts.header).toBe(true);
        // Rows that only moved are not told one by one.
        const inOrder = (all: readonly string[][]): readonly string[][] => (facts.reordered ? [...all].sort((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1)) : all);
        expect(inOrder(apply(rowsA, head, head, rows as RecordRow[], rowsB.length))).toEqual(inOrder(rowsB));
      }),
      { numRuns: runs }
    );
  });

  it('names the column, the row and the key of a changed cell, also where rows were moved and a column was added', async () => {
    const before = 'id;temperature;note\n1;20,5;ok\n2;21,0;ok\n3;19,8;cold\n';
    const after = 'id;temperature;note;by\n3;19,8;cold;ana\n1;20,7;ok;ana\n4;22,0;new;rui\n';
    const { list, facts } = await lookInside({ name: 'm.csv', bytes: before }, { name: 'm.csv', bytes: after });
    expect(facts).toEqual({ kind: 'csv', before: { encoding: 'utf-8', delimiter: ';', rows: 3, columns: 3 }, after: { encoding: 'utf-8', delimiter: ';', rows: 3, columns: 4 }, header: true, key: 'id', columnsAdded: ['by'], columnsRemoved: [], added: 1, removed: 1, changed: 2, reordered: true, formOnly: false, coarse: false });
    expect(list).toContainEqual({ row: 'record', change: 'changed', table: null, key: '1', beforeRow: 1, afterRow: 2, cells: [{ column: 'temperature', before: '20,5', after: '20,7' }, { column: 'by', before: null, after: 'ana' }], cut: false });
  });

  it('says when only the form differs, finds tabs by the name, and leaves what is no table to lines', async () => {
    expect(await lookInside({ name: 'a.csv', bytes: 'a,b\n1,2\n' }, { name: 'a.csv', bytes: '"a";"b"\r\n"1";"2"\r\n' })).toMatchObject({ rows: 0, facts: { kind: 'csv', formOnly: true, before: { delimiter: ',' }, after: { delimiter: ';' } } });
    expect(await lookInside({ name: 'a.tsv', bytes: 'a\tb,c\n1\t2\n' }, { name: 'a.tsv', bytes: 'a\tb,c\n1\t3\n' })).toMatchObject({ facts: { kind: 'csv', header: true, before: { delimiter: '\t' } }, list: [{ cells: [{ column: 'b,c', before: '2', after: '3' }] }] });
    expect(await lookInside({ name: 'a.csv', bytes: 'a,b\n"1,2\n' }, { name: 'a.csv', bytes: 'a,b\n1,2\n' })).toMatchObject({ facts: { kind: 'text' }, fallback: { wanted: 'csv', why: 'not-valid' } });
    expect(await lookInside({ name: 'a.csv', bytes: 'just words\n' }, { name: 'a.csv', bytes: 'other words\n' })).toMatchObject({ facts: { kind: 'text' } });
  });

  it('numbers columns without a header, and rows whose length varies', async () => {
    const { facts, list } = await lookInside({ name: 'a.csv', bytes: '1,2,3\n4,5\n6,7,8\n' }, { name: 'a.csv', bytes: '1,2,3\n4,5,0\n6,7,8\n' });
    expect(facts as CsvFacts).toMatchObject({ header: false, key: null, changed: 1 });
    expect(list).toMatchObject([{ change: 'changed', beforeRow: 2, afterRow: 2, cells: [{ column: '3', before: null, after: '0' }] }]);
  });

  it('finds each row by its key, and knows when a column is none', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 60 }), fc.string({ maxLength: 3 }), (values, other) => {
        const rowsOf = (all: readonly string[]) => ({ count: all.length, cell: (index: number) => all[index] as string });
        const index = KeyIndex.of(rowsOf(values), 0);
        expect([...values, other].map((value) => index?.find(value))).toEqual([...values, other].map((value) => values.indexOf(value)));
        expect([KeyIndex.of(rowsOf([...values, '']), 0), KeyIndex.of(rowsOf([...values, 'twice', ...values, 'twice']), 0)]).toEqual([undefined, undefined]);
      }),
      { numRuns: runs }
    );
  });

  it('leaves a table of more records than can be told apart to lines', () => {
    expect([readCsv('a,b\n1,2\n3,4\n', undefined, 2), (readCsv('a,b\n\n1,2\n', undefined, 2) as CsvTable).length]).toEqual(['too-large', 2]);
  });

  it('reads what it writes, whatever the cells hold', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'x', ' ', ';') }), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const table = readCsv(write(rows), ',', 1000);
        if (!(table instanceof CsvTable)) throw new Error('no table');
        expect(rows.map((_, i) => table.record(i))).toEqual(rows);
        expect([table.length, rows.map((row, i) => row.map((_, column) => table.cell(i, column))), rows.map((_, i) => table.raw(i)).join('')]).toEqual([rows.length, rows, write(rows)]);
      }),
      { numRuns: runs }
    );
  });
});
