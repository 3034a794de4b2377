// The inside of changed files in a real browser: lines, cells, values, rows, arrays, pictures, bytes; the report; metrics as charts. In both languages,
// by keyboard alone, and readable for screen readers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inScheme } from '../pages/look.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

/** A grey picture with a frame, without any library. */
function png(width: number, height: number, grey: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    let crc = 0xffffffff;
    for (const byte of body) {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    ends.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.concat([Buffer.from([0]), Buffer.alloc(width, y % 20 === 0 ? 0 : grey)])));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function npy(values: readonly number[]): Buffer {
  const header = Buffer.from(`{'descr': '<f8', 'fortran_order': False, 'shape': (${values.length},), }\n`);
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, header, Buffer.from(Float64Array.from(values).buffer)]);
}

describe.skipIf(whatIsMissing('e2e/console/inside') !== undefined)('looking inside changed files in a browser', () => {
  let at: SampleConsole;
  let page: Page;
  let work: string;
  const ids: string[] = [];

  const write = (name: string, content: string | Buffer): void => writeFileSync(join(work, name), content);
  const stage = (second: boolean): void => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i + 1}${second && i % 3 === 0 ? ' changed' : ''}\n`).join('');
    write('chapter.md', `# Title\n<script>alert(1)</script>\n${second ? 'new words' : 'old words'}\n\tindented \u202e\n`);
    write('long.txt', lines);
    write('runs.csv', second ? 'id,score\na,1\nb,3\nc,4\n' : 'id,score\na,1\nb,2\n');
    write('config.json', second ? '{"rate": 0.2, "steps": [1, 2, 3]}' : '{"rate": 0.1, "steps": [1, 2]}');
    write('weights.npy', npy(second ? [1, 2, 30] : [1, 2, 3]));
    write('plot.png', png(200, 120, second ? 90 : 200));
    write('raw.bin', Buffer.from(second ? '00ff0203' : '00010203', 'hex'));
    write('metrics.json', JSON.stringify({ loss: second ? 0.25 : 0.5, 'test score': second ? 12 : 10, model: 'a' }));
    const db = new Sqlite(join(work, 'lab.db'));
    db.exec(second ? "UPDATE runs SET score = 11; INSERT INTO runs VALUES (2, 'x')" : 'CREATE TABLE runs (id INTEGER PRIMARY KEY, score); INSERT INTO runs VALUES (1, 10)');
    db.close();
  };
  const open = async (name: string): Promise<void> => {
    await page.getByRole('searchbox').fill(name);
    const option = page.locator('[data-testid=compare-list] [role=option]').filter({ hasText: name });
    await expect.poll(() => page.locator('[data-testid=compare-list] [role=option]').count()).toBe(1);
    await option.click();
    await page.getByTestId('inside').waitFor();
  };
  const close = async (): Promise<void> => {
    await page.getByTestId('change').getByRole('button').first().press('Escape');
    await expect.poll(() => page.getByTestId('inside').count()).toBe(0);
  };
  const inside = () => page.getByTestId('inside');
  const rows = async (): Promise<string[]> => (await inside().locator('[role=row]').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
  const shot = async (name: string): Promise<void> => {
    const folder = process.env['VARVE_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
  };

  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page, work } = at);
    const script = join(at.served.folder, 'metrics.mjs');
    writeFileSync(script, `import { readFileSync } from 'node:fs'; process.stdout.write(readFileSync(${JSON.stringify(join(work, 'metrics.json'))}));`);
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', work, '--before', JSON.stringify([process.execPath, script]));
    for (const second of [false, true]) {
      stage(second);
      ids.push((JSON.parse(at.varve('snapshot', 'work')) as { snapshot: { id: string } }).snapshot.id);
    }
    await at.goTo(`/compare/${ids.join('/')}`);
    // The list begins in the plan's own folder once that is found.
    await page.locator('[data-testid=compare-list] [role=option]').nth(8).waitFor();
  });
  afterAll(() => at?.close());

  it('shows text side by side, by keyboard alone, with what deceives written out', async () => {
    await page.getByRole('searchbox').fill('chapter.md');
    await expect.poll(() => page.locator('[data-testid=compare-list] [role=option]').count()).toBe(1);
    await page.getByTestId('compare-list').focus();
    await page.keyboard.press('Enter');
    await inside().getByText('1 line is new.').waitFor();
    await expect.poll(rows).toEqual(['Line Before Line After', '@@ −1,4 +1,4 @@', '1 # Title 1 # Title', '2 <script>alert(1)</script> 2 <script>alert(1)</script>', '3 −old words 3 +new words', '4 indented \\u202e 4 indented \\u202e']);
    await shot('text');
    expect(await at.findings()).toEqual([]);
    await close();
  });

  it('shows tables by cell, JSON by value, databases by row, arrays by element, the rest by bytes', async () => {
    await open('runs.csv');
    await expect.poll(rows).toEqual(['Change Where Before After', '≠ changed b score 2 score 3', '+ new c id c score 4']);
    await close();
    await open('config.json');
    await expect.poll(rows).toEqual(['Change Where Before After', '≠ changed /rate 0.1 0.2', '+ new /steps/2 3']);
    await close();
    await open('lab.db');
    await expect.poll(rows).toEqual(['Change Where Before After', '≠ changed runs 1 score 10 score 11', "+ new runs 2 id 2 score 'x'"]);
    await shot('sqlite');
    await inside().getByRole('button', { name: 'Show byte by byte' }).click();
    await inside().getByText(/bytes differ/).waitFor();
    await inside().getByRole('button', { name: 'Show by its kind' }).click();
    await close();
    await open('weights.npy');
    await inside().getByText('1 of 3 elements differs.').waitFor();
    await expect.poll(rows).toEqual(['Change Where Before After', '≠ changed [2] 3 30']);
    await close();
    await open('raw.bin');
    await expect.poll(rows).toEqual(['Byte Before After', '00000000 − 00 01 02 03 .... + 00 ff 02 03 ....']);
    await shot('bytes');
    expect(await at.findings()).toEqual([]);
    await close();
  });

  it('shows pictures one over the other, with a slider that the keyboard moves, or side by side', async () => {
    await open('plot.png');
    const slider = page.getByRole('slider', { name: /How much of the picture/ });
    await slider.focus();
    const before = await slider.inputValue();
    await page.keyboard.press('ArrowRight');
    expect(Number(await slider.inputValue())).toBe(Number(before) + 1);
    await expect.poll(() => page.getByRole('img', { name: 'The picture after' }).evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(200);
    await shot('picture');
    expect(await at.findings()).toEqual([]);
    await page.getByText('Side by side', { exact: true }).click();
    expect(await page.getByTestId('inside-pictures').getByRole('img').count()).toBe(2);
    await close();
  });

  it('keeps long differences virtual, and scrolls to their end by keyboard', async () => {
    await open('long.txt');
    await inside().getByText('1,000 lines are new.').waitFor();
    await page.getByTestId('inside-rows').focus();
    await expect.poll(async () => (await rows()).length).toBeGreaterThan(10);
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('End');
      await page.waitForTimeout(300);
    }
    await expect.poll(async () => (await rows()).some((row) => row.includes('line 2998 changed'))).toBe(true);
    expect((await rows()).length).toBeLessThan(200);
    await close();
    await page.getByRole('searchbox').fill('');
  });

  it('tells metrics of both, and exports the report', async () => {
    await page.getByText('2 metrics differ').click();
    await expect.poll(() => page.getByTestId('metric-deltas').locator('tbody tr').allInnerTexts().then((all) => all.map((text) => text.replaceAll(/\s+/g, ' ').trim()))).toEqual(['loss 0.5 0.25 −0.25', 'test score 10 12 +2', 'model a a']);
    await page.getByRole('button', { name: 'Export report' }).click();
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.getByRole('menuitem', { name: /HTML/ }).click()]);
    const text = readFileSync(await download.path(), 'utf8');
    expect(download.suggestedFilename()).toBe('changes.html');
    for (const words of ['<span class="del">-old words</span>', '&lt;script&gt;alert(1)&lt;/script&gt;', '[b] score = 2 → 3', '<td>loss</td>']) expect(text).toContain(words);
    expect(text).not.toContain('<script');
    await shot('compare');
  });

  it('draws metrics over all snapshots, tells them as a table, and exports them', async () => {
    await page.getByRole('link', { name: 'Metrics over all snapshots' }).click();
    await page.getByRole('img', { name: 'loss: from 0.5 to 0.25 over 2 snapshots, smallest 0.25, largest 0.5' }).waitFor();
    expect(await page.getByTestId('metric-chart').count()).toBe(2);
    const table = await page.getByTestId('metric-table').locator('[role=row]').allInnerTexts();
    expect(table.map((text) => text.split(/\n+/).filter((_, i) => i !== 1))).toEqual([['Snapshot', 'loss', 'model', 'test score'], [ids[1]?.slice(0, 8), '0.25', 'a', '12'], [ids[0]?.slice(0, 8), '0.5', 'a', '10']]);
    const [csv] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export CSV' }).click()]);
    expect(readFileSync(await csv.path(), 'utf8')).toMatch(/^snapshot,time,repository,loss,model,test score\r\n[0-9a-f]{64},\S+,sample,0\.5,a,10\r\n/);
    const [json] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export JSON' }).click()]);
    expect(JSON.parse(readFileSync(await json.path(), 'utf8'))).toMatchObject([{ metrics: { loss: 0.5 } }, { metrics: { loss: 0.25 } }]);
    for (const scheme of ['light', 'dark'] as const) {
      await inScheme(page, scheme);
      await shot(`metrics-${scheme}`);
      expect(await at.findings(), scheme).toEqual([]);
    }
  });

  it('is as readable in Portuguese and in the dark', async () => {
    await at.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await at.goTo(`/compare/${ids.join('/')}`);
    await page.getByText('2 métricas diferem').waitFor();
    await expect.poll(() => page.locator('[data-testid=compare-list] [role=option]').count()).toBe(9);
    await open('runs.csv');
    await inside().getByText('1 linha mudou.').waitFor();
    await expect.poll(rows).toEqual(['Mudança Onde Antes Depois', '≠ mudou b score 2 score 3', '+ novo c id c score 4']);
    await shot('csv-pt-dark');
    expect(await at.findings()).toEqual([]);
    await close();
    await open('chapter.md');
    await inside().getByText('1 linha é nova.').waitFor();
    await shot('text-pt-dark');
    expect(await at.findings()).toEqual([]);
    expect(at.problems).toEqual([]);
  });
});
