import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../../adapters/files.ts';
import { createFaultyFiles } from '../../../testing/faulty-files.ts';
import { createFakeClock } from '../../../testing/index.ts';
import type { OutputLine } from './format.ts';
import { createOutputReader, type OutputReader, type OutputRow } from './reader.ts';
import { createOutputWriter, type OutputWriter } from './writer.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const folderOf = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'varve-output-'));
  folders.push(folder);
  return folder;
};
const breathe = async (): Promise<void> => {};
const readerOf = (folder: string): OutputReader => createOutputReader({ files: createNodeFiles(), folder, breathe });
const write = (writer: OutputWriter, text: string, stream: 'out' | 'err' = 'out'): void => writer.append(stream, Buffer.from(text), 0, false);
const textsOf = (rows: OutputRow[]): string[] => rows.map((row) => ('gap' in row ? `gap ${row.gap.seq}+${row.gap.lines}` : row.text));
const mebibyte = 1 << 20;
const textOf = async (reader: OutputReader): Promise<string> => {
  let text = '';
  for await (const piece of reader.text({ gap: ({ lines, bytes }) => `${lines} lines, ${bytes} bytes`, cut: (bytes) => ` [${bytes} more]` })) text += piece;
  return text;
};

describe('output on the disk', () => {
  it('gives back every line with its number, time and stream', async () => {
    const folder = folderOf();
    const clock = createFakeClock();
    const writer = createOutputWriter({ files: createNodeFiles(), clock, folder });
    write(writer, 'one');
    clock.advance(1500);
    write(writer, ' çé with  blanks ', 'err');
    writer.append('out', Buffer.from('long'), 77, false);
    writer.append('out', Buffer.from('50%'), 0, true);
    write(writer, '');
    await writer.close();
    const reader = readerOf(folder);
    expect(await reader.refresh()).toMatchObject({ lines: 5, kept: 5, gaps: [], damaged: 0 });
    const t = clock.now();
    expect(await reader.page(0, 10)).toEqual({
      rows: [
        { seq: 0, t: t - 1500, stream: 'out', text: 'one' },
        { seq: 1, t, stream: 'err', text: ' çé with  blanks ' },
        { seq: 2, t, stream: 'out', text: 'long', cutBytes: 77 },
        { seq: 3, t, stream: 'out', text: '50%', update: true },
        { seq: 4, t, stream: 'out', text: '' }
      ],
      nextSeq: undefined
    });
    expect(statSync(join(folder, readdirSync(folder)[0] as string)).mode & 0o777).toBe(0o600);
  });

  it('is read page by page from any line, and while it is written', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    const reader = readerOf(folder);
    expect(await reader.refresh()).toMatchObject({ lines: 0, kept: 0 });
    for (let i = 0; i < 30_000; i++) write(writer, `line ${i} ${'x'.repeat(40)}`);
    writer.flush();
    expect(await reader.refresh()).toMatchObject({ lines: 30_000, gaps: [] });
    for (const from of [0, 1, 9_999, 10_100, 29_990]) {
      const { rows, nextSeq } = await reader.page(from, 100);
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: Math.min(100, 30_000 - from) }, (_, i) => from + i));
      expect((rows[0] as OutputLine).text).toMatch(new RegExp(`^line ${from} `));
      expect(nextSeq).toBe(from + 100 < 30_000 ? from + 100 : undefined);
    }
    write(writer, 'one more');
    writer.flush();
    expect(await reader.refresh()).toMatchObject({ lines: 30_001 });
    expect(textsOf((await reader.page(30_000, 5)).rows)).toEqual(['one more']);
    await writer.close();
  });

  it('keeps the first 5 and the last 15 MiB, says what is missing between, and never takes more (10.2)', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    const line = (i: number): string => `${i} ${'y'.repeat(1000)}`;
    const count = 40_000;
    let most = 0;
    for (let i = 0; i < count; i++) {
      write(writer, line(i));
      if (i % 500 === 0) most = Math.max(most, readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0));
    }
    await writer.close();
    const reader = readerOf(folder);
    const info = await reader.refresh();
    expect(info.lines).toBe(count);
    expect(info.gaps).toHaveLength(1);
    const gap = info.gaps[0]!;
    expect(info.kept).toBe(count - gap.lines);
    const lost = Array.from({ length: gap.lines }, (_, i) => line(gap.seq + i).length + 1).reduce((sum, bytes) => sum + bytes, 0);
    expect(gap.bytes).toBe(lost);
    expect(gap.seq * 1006).toBeGreaterThan(5 * mebibyte - 20_000);
    expect((count - gap.seq - gap.lines) * 1008).toBeGreaterThan(15 * mebibyte - 20_000);
    expect(Math.max(most, info.bytes)).toBeLessThanOrEqual(20.6 * mebibyte);
    const around = await reader.page(gap.seq - 1, 3);
    expect(around.rows).toMatchObject([{ seq: gap.seq - 1, text: line(gap.seq - 1) }, { seq: gap.seq, gap }, { seq: gap.seq + gap.lines, text: line(gap.seq + gap.lines) }]);
    expect(textsOf((await reader.page(gap.seq + 5, 1)).rows)).toEqual([`gap ${gap.seq}+${gap.lines}`]);
    expect((await reader.search(`${count - 1} y`, 0, 5)).hits.map(({ seq }) => seq)).toEqual([count - 1]);
    expect(await textOf(reader)).toContain(`[${gap.lines} lines, ${gap.bytes} bytes]\n`);
  });

  it('is searched as a whole, whatever the case and the colours, and goes on where it stopped (10.3)', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    for (let i = 0; i < 20_000; i++) write(writer, i % 4_000 === 7 ? `\u001b[31mNeed\u001b[0mLE in ${i}` : `hay ${i} ${'z'.repeat(60)}`);
    await writer.close();
    const reader = readerOf(folder);
    await reader.refresh();
    const first = await reader.search('needle IN', 0, 2);
    expect(first).toMatchObject({ hits: [{ seq: 7 }, { seq: 4_007 }], nextSeq: 8_007 });
    expect(first.hits[0]?.text).toContain('\u001b[31m');
    expect(await reader.search('needle in', 8_007, 10)).toMatchObject({ hits: [{ seq: 8_007 }, { seq: 12_007 }, { seq: 16_007 }], nextSeq: undefined });
    expect((await reader.search('nothing like it', 0, 10)).hits).toEqual([]);
  });

  it('opens at the first line that looks like an error, else at the end (10.3)', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    for (const text of ['begin', '0 errors so far', 'more']) write(writer, text);
    writer.flush();
    const reader = readerOf(folder);
    await reader.refresh();
    expect(await reader.firstError()).toBe(2);
    write(writer, 'Fatal: disk is gone', 'err');
    write(writer, 'error: again');
    await writer.close();
    await reader.refresh();
    expect(await reader.firstError()).toBe(3);
  });

  it('gives its last lines, of one stream or of all (6.6, 7.4)', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    write(writer, 'first complaint', 'err');
    for (let i = 0; i < 10_000; i++) write(writer, `${i} ${'v'.repeat(100)}`);
    writer.append('out', Buffer.from('99%'), 0, true);
    await writer.close();
    const reader = readerOf(folder);
    await reader.refresh();
    expect((await reader.last(2)).map(({ seq }) => seq)).toEqual([9_999, 10_000]);
    expect(textsOf(await reader.last(3, 'err'))).toEqual(['first complaint']);
    expect(await reader.last(0)).toEqual([]);
  });

  it('is exported without colours and without what was replaced, but for what nothing replaced', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    write(writer, '\u001b[1mbold\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007');
    writer.append('out', Buffer.from('10%'), 0, true);
    writer.append('err', Buffer.from('warn'), 5, false);
    writer.append('out', Buffer.from('90%'), 0, true);
    write(writer, 'done');
    writer.append('err', Buffer.from('still waiting'), 0, true);
    await writer.close();
    const reader = readerOf(folder);
    await reader.refresh();
    expect(await textOf(reader)).toBe('bold link\nwarn [5 more]\ndone\nstill waiting\n');
  });
});

describe('output after a power cut', () => {
  const written = async (count: number): Promise<string> => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    for (let i = 0; i < count; i++) write(writer, `line ${i} ${'w'.repeat(100)}`);
    await writer.close();
    return folder;
  };

  it('loses the line that was torn, wherever it was torn', async () => {
    const folder = await written(50);
    const path = join(folder, 'lines-000001.log');
    const whole = readFileSync(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (const size of [lastLine, lastLine + 1, lastLine + 30, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, size));
      const reader = readerOf(folder);
      expect(await reader.refresh()).toMatchObject({ lines: 49, kept: 49, damaged: 0 });
      expect(textsOf((await reader.page(48, 5)).rows)).toEqual([`line 48 ${'w'.repeat(100)}`]);
    }
    truncateSync(path, 10); // not even the head
    expect(await readerOf(folder).refresh()).toMatchObject({ lines: 0 });
    truncateSync(path, 0);
    expect(await readerOf(folder).refresh()).toMatchObject({ lines: 0 });
  });

  it('leaves out zeros and foreign bytes, counts them, and finds the lines after them', async () => {
    const folder = await written(10_000);
    const path = join(folder, 'lines-000001.log');
    const bytes = readFileSync(path);
    bytes.fill(0, 2_000, 6_000);
    bytes[4_000] = 10;
    writeFileSync(path, bytes);
    const reader = readerOf(folder);
    const info = await reader.refresh();
    expect(info.lines).toBe(10_000);
    expect(info.damaged).toBeGreaterThan(0);
    const after = await reader.page(9_999, 1);
    expect(textsOf(after.rows)).toEqual([`line 9999 ${'w'.repeat(100)}`]);
    for (const row of (await reader.page(0, 10_000)).rows) if (!('gap' in row)) expect(row.text).toMatch(/^line \d+ w*/);
  });

  it('shows a segment that is gone as a gap', async () => {
    const folder = await written(12_000);
    rmSync(join(folder, 'lines-000002.log'));
    writeFileSync(join(folder, 'lines-x.log'), 'not ours');
    const reader = readerOf(folder);
    const info = await reader.refresh();
    expect(info).toMatchObject({ lines: 12_000, gaps: [{ lines: 12_000 - info.kept }] });
  });
});

describe('output on a disk that refuses', () => {
  it('goes on when there is room again, and shows what was lost', async () => {
    const folder = folderOf();
    const files = createFaultyFiles(createNodeFiles(), (path) => path.startsWith(folder));
    const clock = createFakeClock();
    const writer = createOutputWriter({ files, clock, folder });
    write(writer, 'before');
    writer.flush();
    files.arm({ at: 1, kind: 'full' });
    for (let i = 0; i < 1000; i++) {
      write(writer, `lost ${i}`);
      if (i % 100 === 0) writer.flush();
    }
    expect(files.calls.length).toBeLessThan(20); // not a try for every line
    await writer.sync();
    files.arm(undefined);
    clock.advance(1_001);
    write(writer, 'after');
    await writer.close();
    expect(writer.fault).toBe('ENOSPC');
    const reader = readerOf(folder);
    expect(await reader.refresh()).toMatchObject({ lines: 1002, kept: 2, gaps: [{ seq: 1, lines: 1000 }] });
    expect(textsOf((await reader.page(0, 9)).rows)).toEqual(['before', 'gap 1+1000', 'after']);
  });

  it('counts lines that are not in its form', async () => {
    const folder = folderOf();
    const writer = createOutputWriter({ files: createNodeFiles(), clock: createFakeClock(), folder });
    write(writer, 'ours');
    await writer.close();
    appendFileSync(join(folder, 'lines-000001.log'), 'o0 a line in our form\nnonsense\n');
    const reader = readerOf(folder);
    expect(await reader.refresh()).toMatchObject({ kept: 2, damaged: 1 });
  });
});
