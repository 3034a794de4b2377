// Hostile input: public suites of JSON texts and naughty strings, as payloads, imports and filters. Each is refused clearly or comes back exactly.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportReport } from '../../../../contract/intake.ts';
import { LogFilter } from '../../../../contract/log.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { isVarveError } from '../../kit/errors.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { canonicalize, parseIJson, type EventLog } from '../index.ts';
import { openTestLog } from '../testing.ts';

const fixtures = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../../../shared/fixtures'), 'evidence');
const present = existsSync(fixtures);
if (!present) console.log(`skipped: no fixtures at ${fixtures}; set VARVE_FIXTURES`);

interface Suite {
  cases: Record<string, string>;
}
const read = <T>(path: string): T => JSON.parse(readFileSync(join(fixtures, path), 'utf8')) as T;
const owner = { actor: 'ada', scope: 'owner' } as const;

describe.runIf(present)('hostile input', () => {
  const suites = present ? { ...read<Suite>('json-test-suite/test_parsing.json').cases, ...read<Suite>('json-test-suite/test_transform.json').cases } : {};
  const texts = Object.entries(suites).map(([name, base64]) => ({ name, bytes: Buffer.from(base64, 'base64') }));
  const naughty = present ? read<string[]>('blns/blns.base64.json').map((base64) => Buffer.from(base64, 'base64').toString('utf8')) : [];
  const files = createNodeFiles();
  let folder: TestFolder;
  let log: EventLog;

  beforeAll(() => {
    folder = createTestFolder();
    ({ log } = openTestLog({ files, path: folder.at('home.db') }));
  });
  afterAll(() => {
    log.close();
    folder.remove();
  });

  async function take(path: string): Promise<ImportReport> {
    for await (const step of log.intake.import({ path, actor: 'ada' })) if (step.kind === 'done') return step.report;
    throw new Error('no report');
  }
  async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield bytes;
  }

  it('has enough cases to mean something', () => {
    expect(texts.length).toBeGreaterThan(300);
    expect(naughty.length).toBeGreaterThan(500);
  });

  it('as the JSON of a payload: what the suite accepts comes back as it was meant, what it refuses is refused', () => {
    for (const { name, bytes } of texts) {
      try {
        const value = parseIJson(bytes);
        const { seq } = log.appendFromOutside({ action: 'app.json', payload: value }, owner);
        expect(name.startsWith('n_'), name).toBe(false);
        // JSON.parse alone agrees wherever we accept; minus zero is zero in canonical JSON (RFC 8785).
        expect(value, name).toEqual(JSON.parse(bytes.toString('utf8')));
        expect(canonicalize(log.show(seq).entry.payload), name).toBe(canonicalize(value));
      } catch (error) {
        // y_ with a key twice, a lone half or a number that is too large are JSON, but not of the kind that means one thing.
        expect(isVarveError(error) && error.code === 'EVENT_REFUSED', `${name}: ${String(error)}`).toBe(true);
        expect((error as Error).message.length, name).toBeGreaterThan(20);
        if (name.startsWith('y_')) expect((error as Error).message, name).toMatch(/twice|surrogate|2\^53|too large/);
      }
    }
  });

  it('as lines of an import: each becomes an entry with its very bytes, or is kept with its reason', async () => {
    const single = texts.filter(({ bytes }) => !bytes.includes(10) && !bytes.includes(13));
    const path = folder.at('suite.jsonl');
    // Bare, and inside an object that would otherwise be accepted.
    const lines = single.flatMap(({ bytes }) => [bytes, Buffer.concat([Buffer.from('{"action":"suite.line","payload":'), bytes, Buffer.from('}')])]);
    writeFileSync(path, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    const report = await take(path);
    const blank = lines.filter((line) => line.toString('latin1').trim() === '' && /^[ \t]*$/.test(line.toString('latin1'))).length;
    expect(report.lines).toBe(lines.length);
    expect(report.imported + report.refused + report.blank).toBe(lines.length);
    expect(report.blank).toBe(blank);
    expect(report.imported).toBeGreaterThan(80);
    const kept = new Map(readFileSync(report.quarantine ?? '', 'utf8').trimEnd().split('\n').map((text) => JSON.parse(text) as { line: number; text?: string; base64?: string }).map((each) => [each.line, each.text === undefined ? Buffer.from(each.base64 ?? '', 'base64') : Buffer.from(each.text)]));
    const taken = new Map<number, string>();
    for (let after = -1; ; ) {
      const page = log.list({ filter: { subject: `source:${path}`, category: ['ingest'] }, order: 'oldest', after, limit: 500 });
      for (const { payload } of page.entries) taken.set((payload as { line: number }).line, (payload as { original: string }).original);
      if (page.next === null) break;
      after = page.next;
    }
    lines.forEach((line, i) => {
      const back = taken.has(i + 1) ? Buffer.from(taken.get(i + 1) as string) : kept.get(i + 1);
      if (back !== undefined) expect(back.equals(line), `line ${i + 1}`).toBe(true);
    });
    expect(taken.size + kept.size + blank).toBe(lines.length);
    expect((await take(path)).imported).toBe(0);
  });

  it('as JSON lines on standard input: each line is taken or named', async () => {
    for (const { name, bytes } of texts) {
      const line = Buffer.concat([Buffer.from('{"action":"app.line","payload":'), bytes, Buffer.from('}\n')]);
      const result = await log.intake.appendLines(once(line), { caller: owner, onError: 'stop' });
      const accepted = result.stoppedAt === null;
      if (name.startsWith('n_') && !bytes.includes(10)) expect(accepted, name).toBe(false);
      if (!accepted) expect(result.stoppedAt?.detail.length, name).toBeGreaterThan(10);
      else expect(result.appended + result.blank, name).toBe(result.lines);
    }
  });

  it('deep and long: 100,000 brackets and the like are refused, not followed', async () => {
    for (const text of ['['.repeat(100_000), '[{"":'.repeat(50_000), `${'['.repeat(600)}${']'.repeat(600)}`, `"${'x'.repeat(5_000_000)}"`]) expect(() => parseIJson(text)).toThrow(expect.objectContaining({ code: 'EVENT_REFUSED' }));
    const path = folder.at('deep.jsonl');
    const deep = (levels: number): string => `{"action":"a.b","payload":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    writeFileSync(path, `${deep(60)}\n${deep(64)}\n${deep(400)}\n${deep(600)}\n${deep(100_000)}\n`);
    // Too deep to be data of an entry, but still text that an entry can hold.
    expect(await take(path)).toMatchObject({ imported: 3, refused: 2 });
    expect(log.list({ filter: { subject: `source:${path}`, category: ['ingest'] }, order: 'oldest' }).entries.map(({ payload }) => [(payload as { original: string }).original.length, 'data' in (payload as object)])).toEqual([
      [deep(60).length, true], [deep(64).length, false], [deep(400).length, false]
    ]);
  });

  it('as naughty strings in payloads, names of members, subjects and actors: they come back exactly', () => {
    for (const text of naughty) {
      const payload = { [text]: text, list: [text] };
      const named = text.length > 0 && text.length <= 200;
      const { seq, masked } = log.appendFromOutside({ action: 'app.naughty', payload, ...(named && { subject: text, actor: text }) }, owner);
      expect(masked, text).toBeUndefined();
      const { entry } = log.show(seq);
      expect(entry.payload).toEqual(payload);
      if (named) expect([entry.subjectName, entry.actorName]).toEqual([text, text]);
    }
  });

  it('as naughty strings in filters: they find what bears their name, and nothing breaks', async () => {
    for (const text of naughty) {
      if (text.length === 0 || text.length > 200) continue;
      for (const filter of [{ text }, { subject: text }, { actor: text }, { action: text.slice(0, 100) }]) {
        const parsed = LogFilter.parse(filter);
        const { total, entries } = log.list({ filter: parsed, limit: 5 });
        expect(entries.length).toBe(Math.min(5, total ?? -1));
        if ('subject' in filter || 'actor' in filter) expect(total, text).toBeGreaterThan(0);
        expect((await log.review.facets({ filter: parsed })).total).toBe(total);
      }
    }
  });

  it('as naughty strings in an import and out again as an export', async () => {
    const path = folder.at('naughty.jsonl');
    writeFileSync(path, naughty.map((text) => `${JSON.stringify({ action: 'naughty.line', session_id: text, ts: text, payload: text })}\n`).join(''));
    expect(await take(path)).toMatchObject({ imported: naughty.length, refused: 0 });
    const back: unknown[] = [];
    for await (const piece of log.intake.export({ format: 'jsonl', purpose: 'x', filter: { action: 'app.naughty.line' }, actor: 'ada', to: 'file' }).text) for (const line of piece.trimEnd().split('\n')) back.push(JSON.parse(line) as unknown);
    expect(back.slice(1, -1).map((entry) => (entry as { payload: { data: unknown } }).payload.data)).toEqual(naughty);
  });

  it('leaves a record that verifies', async () => {
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  });
});
