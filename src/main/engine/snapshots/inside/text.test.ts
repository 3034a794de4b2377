// Text by lines: what is reported, put onto the first text, gives the second; as few lines as diff says; any encoding, any ending, any size.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InsideFacts, InsideRow } from '../../../../contract/inside.ts';
import { hasProgram } from '../testing/make-tree.ts';
import { bytesSource, collector, lookInside, quietPace } from '../testing/looking-inside.ts';
import { temporaryFolder } from '../testing/workshop.ts';
import { align } from './align.ts';
import { compareText } from './text.ts';

type TextFacts = Extract<InsideFacts, { kind: 'text' }>;
const runs = process.env['VARVE_LONG'] === '1' ? 20_000 : 400;

/** Replays the rows on the lines of the first text. */
function apply(lines: readonly string[], rows: readonly InsideRow[]): string[] {
  const result: string[] = [];
  let next = 0;
  for (const row of rows) {
    if (row.row === 'hunk') while (next < row.beforeLine - 1 && next < lines.length) result.push(lines[next++] as string);
    if (row.row !== 'lines') continue;
    if (row.before !== null) {
      expect(row.before).toEqual({ line: next + 1, text: lines[next] });
      next += 1;
    }
    if (row.after !== null) {
      result.push(row.after.text);
      expect(row.after.line).toBe(result.length);
    }
  }
  return [...result, ...lines.slice(next)];
}

const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'tail', 'é', '日本', '𝛼'), { maxLength: 40 });
const joined = (all: readonly string[], end: string): string => all.map((line) => line + end).join('');

describe('text by lines', () => {
  it('gives the second text when its changes are put onto the first', async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, fc.constantFrom('\n', '\r\n'), fc.constantFrom('\n', '\r\n'), async (a, b, endA, endB) => {
        const { keeper, rows } = collector();
        const found = await compareText(bytesSource(joined(a, endA)), bytesSource(joined(b, endB)), keeper, quietPace());
        expect(apply(a, rows)).toEqual(b);
        const facts = found?.facts as TextFacts;
        expect(facts.added - facts.removed).toBe(b.length - a.length);
        expect(facts.before.endings).toBe(a.length === 0 ? 'none' : endA === '\n' ? 'lf' : 'crlf');
      }),
      { numRuns: runs }
    );
  });

  it('keeps ends of lines apart where they are mixed', async () => {
    const found = await lookInside({ name: 'a.txt', bytes: 'one\ntwo\r\nthree\n' }, { name: 'a.txt', bytes: 'one\r\ntwo\r\nthree\n' });
    expect(found.facts).toMatchObject({ kind: 'text', before: { endings: 'mixed' }, added: 1, removed: 1 });
    expect(found.list.filter((row) => row.row === 'lines' && !row.same)).toEqual([{ row: 'lines', same: false, before: { line: 1, text: 'one' }, after: { line: 1, text: 'one\r' }, cut: false }]);
  });

  it('names what only the ends of lines, the last of them, or the encoding make different', async () => {
    const endings = await lookInside({ name: 'a', bytes: 'x\ny\n' }, { name: 'a', bytes: 'x\r\ny\r\n' });
    expect(endings).toMatchObject({ same: false, rows: 0, facts: { before: { endings: 'lf' }, after: { endings: 'crlf' } } });
    const last = await lookInside({ name: 'a', bytes: 'x\ny' }, { name: 'a', bytes: 'x\ny\n' });
    expect(last).toMatchObject({ same: false, rows: 0, facts: { before: { finalNewline: false }, after: { finalNewline: true } } });
    const bom = await lookInside({ name: 'a', bytes: 'é\n' }, { name: 'a', bytes: '\ufeffé\n' });
    expect(bom).toMatchObject({ rows: 0, facts: { before: { encoding: 'utf-8' }, after: { encoding: 'utf-8-bom' } } });
    const latin = await lookInside({ name: 'a', bytes: Buffer.from('coração\n', 'latin1') }, { name: 'a', bytes: 'coração\n' });
    expect(latin).toMatchObject({ rows: 0, facts: { before: { encoding: 'latin-1' }, after: { encoding: 'utf-8' } } });
    expect(await lookInside({ name: 'a', bytes: 'x' }, { name: 'a', bytes: 'x' })).toMatchObject({ same: true, rows: 0 });
  });

  it.each([['utf-16le', '\ufeff'], ['utf-16be', '\ufeff'], ['utf-16le', ''], ['utf-16be', '']] as const)('reads %s with the mark "%s", also behind a long beginning that both share', async (encoding, mark) => {
    const write = (text: string): Buffer => (encoding === 'utf-16le' ? Buffer.from(mark + text, 'utf16le') : Buffer.from(mark + text, 'utf16le').swap16());
    const start = 'the same line again and again\n'.repeat(200);
    const { list, facts } = await lookInside({ name: 'a', bytes: write(`${start}old\nend\n`) }, { name: 'a', bytes: write(`${start}new 日\nend\n`) });
    expect(facts).toMatchObject({ kind: 'text', before: { encoding, endings: 'lf', finalNewline: true }, added: 1, removed: 1, firstLine: 198 });
    expect(list.find((row) => row.row === 'lines' && !row.same)).toMatchObject({ before: { line: 201, text: 'old' }, after: { line: 201, text: 'new 日' } });
  });

  it('passes over what both share at the beginning, and says what it did not read at the end', async () => {
    const shared = 'line\n'.repeat(100_000);
    const tail = (seed: string): string => Array.from({ length: 3000 }, (_, i) => `${seed} ${i}\n`).join('');
    const [a, b] = [bytesSource(shared + tail('old')), bytesSource(`${shared}new\n${tail('old')}`)];
    const { keeper, rows } = collector();
    const found = await compareText(a, b, keeper, quietPace(), { windowBytes: 10_000, windowLines: 1_000_000 });
    expect(found?.facts).toMatchObject({ firstLine: 99_998 });
    const { before, after } = found?.unread as { before: number; after: number };
    expect(before).toBeGreaterThan(0);
    expect(a.size - before).toBeGreaterThan(500_000);
    expect(a.size - before).toBeLessThanOrEqual(500_000 + 10_000);
    expect(after).toBeGreaterThan(0);
    expect(rows.find((row) => row.row === 'lines' && !row.same)).toMatchObject({ before: null, after: { line: 100_001, text: 'new' } });
    const few = await compareText(a, b, collector().keeper, quietPace(), { windowBytes: 1_000_000, windowLines: 10 });
    expect(few?.unread.before).toBe(tail('old').length - 'old 0\n'.length * 7);
  });

  it('is compared byte by byte when a line is longer than what is held, and when it is no text', async () => {
    const long = await compareText(bytesSource('x'.repeat(2000)), bytesSource('y'.repeat(2000)), collector().keeper, quietPace(), { windowBytes: 1000, windowLines: 10 });
    expect(long).toBeUndefined();
    expect(await lookInside({ name: 'a.txt', bytes: 'text\n' }, { name: 'a.txt', bytes: Buffer.from([0, 1, 2, 3]) })).toMatchObject({ facts: { kind: 'bytes' }, fallback: { wanted: 'text', why: 'other-kind' } });
    expect(await lookInside({ name: 'a.txt', bytes: 'a\n' }, { name: 'a.txt', bytes: 'b\n' }, { as: 'bytes' })).toMatchObject({ facts: { kind: 'bytes', differing: 1 }, fallback: null });
  });

  it('cuts lines nobody reads to their end, and keeps no more rows than its limit', async () => {
    const { list } = await lookInside({ name: 'a', bytes: `${'x'.repeat(10_000)}\n` }, { name: 'a', bytes: `${'x'.repeat(9_999)}y\n` });
    expect(list[1]).toMatchObject({ row: 'lines', cut: true });
    expect(JSON.stringify(list).length).toBeLessThan(9000);
    const many = (word: string): string => Array.from({ length: 500 }, (_, i) => `${word}${i}\n`).join('');
    const limited = await lookInside({ name: 'a', bytes: many('a') }, { name: 'a', bytes: many('b') }, { mostRows: 100 });
    expect([limited.rows, limited.rowsLeftOut, limited.list.length]).toEqual([100, 401, 100]);
  });

  it.skipIf(!hasProgram('git'))('finds as few lines as git diff --minimal', async () => {
    const folder = temporaryFolder();
    const [pathA, pathB] = [join(folder.path, 'a'), join(folder.path, 'b')];
    await fc.assert(
      fc.asyncProperty(lines, lines, async (a, b) => {
        writeFileSync(pathA, joined(a, '\n'));
        writeFileSync(pathB, joined(b, '\n'));
        const said = gitDiff(['--numstat', '--minimal', pathA, pathB]).trim();
        const [added, removed] = said === '' ? [0, 0] : said.split('\t').map(Number);
        const found = await compareText(bytesSource(joined(a, '\n')), bytesSource(joined(b, '\n')), collector().keeper, quietPace());
        expect([found?.facts.added, found?.facts.removed]).toEqual([added, removed]);
      }),
      { numRuns: process.env['VARVE_LONG'] === '1' ? 2000 : 60 }
    );
    folder.remove();
  });
});

/** Ends with 1 where files differ. */
function gitDiff(args: readonly string[]): string {
  try {
    return execFileSync('git', ['diff', '--no-index', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if ((error as { status?: number }).status === 1) return (error as { stdout: string }).stdout;
    throw error;
  }
}

describe('the alignment of two sequences', () => {
  const rebuild = (a: readonly number[], b: readonly number[], blocks: readonly { aFrom: number; aTo: number; bFrom: number; bTo: number }[]): number[] => {
    const result: number[] = [];
    let next = 0;
    for (const { aFrom, aTo, bFrom, bTo } of blocks) {
      expect(aFrom).toBeGreaterThanOrEqual(next);
      result.push(...a.slice(next, aFrom));
      expect(result).toHaveLength(bFrom);
      result.push(...b.slice(bFrom, bTo));
      next = aTo;
    }
    return [...result, ...a.slice(next)];
  };

  it('holds for sequences too different to be searched at once: by what occurs once on both sides', async () => {
    const numbers = (seed: number, step: number, count: number): number[] => Array.from({ length: count }, (_, i) => (i % step === 0 ? i : seed * 1_000_000 + i));
    const [a, b] = [numbers(1, 5, 20_000), numbers(2, 5, 21_000)];
    const { blocks, coarse } = await align(Int32Array.from(a), Int32Array.from(b), async () => undefined);
    expect(coarse).toBe(false);
    expect(rebuild(a, b, blocks)).toEqual(b);
    expect(blocks.reduce((sum, { aFrom, aTo }) => sum + aTo - aFrom, 0)).toBe(16_000);
  });

  it('says when it is coarse, and is right all the same', async () => {
    const pattern = (turn: number): number[] => Array.from({ length: 9_000 }, (_, i) => (i * turn) % 7);
    const [a, b] = [pattern(3), pattern(5)];
    const { blocks, coarse } = await align(Int32Array.from(a), Int32Array.from(b), async () => undefined);
    expect(coarse).toBe(true);
    expect(rebuild(a, b, blocks)).toEqual(b);
  });
});
