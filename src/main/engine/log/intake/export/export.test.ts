// What goes out: every entry once, what is missing named, recorded before it leaves, and no cell a spreadsheet would run.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportEnd, ExportMeta } from '../../../../../contract/intake.ts';
import type { LogEntry } from '../../../../../contract/log.ts';
import { createNodeFiles } from '../../../../adapters/files.ts';
import { openDatabase } from '../../../store/index.ts';
import { createTestFolder, type TestFolder } from '../../../store/testing.ts';
import type { EventLog } from '../../index.ts';
import { logMigrations } from '../../schema.ts';
import { openTestLog } from '../../testing.ts';
import { cell } from './csv.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;

beforeEach(() => {
  folder = createTestFolder();
  ({ log } = openTestLog({ files, path: folder.at('log.db') }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

type Options = Partial<Parameters<EventLog['intake']['export']>[0]>;
async function read(options: Options = {}): Promise<{ text: string; meta: ExportMeta; end: ExportEnd }> {
  const { meta, text } = log.intake.export({ format: 'jsonl', purpose: 'review', filter: {}, actor: 'grace', to: 'file', ...options });
  let all = '';
  for (;;) {
    const next = await text.next();
    if (next.done === true) return { text: all, meta, end: next.value };
    all += next.value;
  }
}
const append = (count: number): void => void log.appendMany(Array.from({ length: count }, (_, i) => ({ action: i % 2 === 0 ? 'app.even' : 'app.odd', category: 'app', payload: { i } })));

describe('an export as JSON lines', () => {
  it('has every entry once and in order between a head and an end that say what a reader should know', async () => {
    append(1203);
    const before = log.entries();
    const { text, meta, end } = await read();
    const lines = text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines[0]).toEqual(meta);
    expect(lines.at(-1)).toEqual(end);
    const entries = lines.slice(1, -1) as LogEntry[];
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: before }, (_, i) => i));
    expect(entries[700]).toEqual(log.show(700).entry);
    expect(meta).toMatchObject({ entries: before, filter: {}, purpose: 'review', timeZone: 'UTC', origin: log.origin, head: { seq: before - 1, hash: log.show(before - 1).entry.hash } });
    expect(end).toMatchObject({ entries: before, omitted: { locked: 0, erased: 0, missing: 0, altered: 0 } });
    expect(end.sha256).toBe(createHash('sha256').update(text.slice(0, text.lastIndexOf('{"end"'))).digest('hex'));
  });

  it('names the newest signed checkpoint', async () => {
    append(3);
    const signed = await log.checkpoints.signNow();
    expect((await read()).meta.checkpoint).toBe(signed.note);
  });

  it('has what the filter matches, and only what was there when it began', async () => {
    append(1600);
    const { meta, text } = log.intake.export({ format: 'jsonl', purpose: 'x', filter: { action: 'app.odd' }, actor: 'grace', to: 'file' });
    await text.next();
    append(50);
    let lines = 0;
    for await (const piece of text) lines += piece.trimEnd().split('\n').length;
    expect(meta).toMatchObject({ entries: 800, filter: { action: 'app.odd' } });
    expect(lines).toBe(800 + 1);
  });

  it('is an event that says who, why and what, before the first entry leaves', async () => {
    append(4);
    log.intake.export({ format: 'csv', purpose: 'for the lab book', filter: { action: 'app.even' }, actor: 'grace', to: 'file' });
    expect(log.list({ limit: 1 }).entries[0]).toMatchObject({ action: 'access.log-exported', actorName: 'grace', payload: { entries: 2, format: 'csv', filter: { action: 'app.even' }, purpose: 'for the lab book', to: 'file' } });
  });

  it('counts the payloads that are not in it, and the entry is there all the same', async () => {
    append(3);
    const { seq: event } = log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [3], reason: 'request', basis: 'LGPD 18 VI' } });
    const db = openDatabase({ path: folder.at('log.db'), files, migrations: logMigrations, kind: 'log' });
    db.exec(`INSERT INTO erased (seq, event) VALUES (3, ${event}); DELETE FROM payloads WHERE seq = 3`);
    db.close();
    const { text, end } = await read({ filter: { action: 'app.*' } });
    expect(end.omitted).toEqual({ locked: 0, erased: 1, missing: 0, altered: 0 });
    const erased = text.split('\n').map((line) => (line === '' ? {} : (JSON.parse(line) as Partial<LogEntry>))).find(({ seq }) => seq === 3);
    expect(erased).toMatchObject({ payloadState: 'erased', payload: null });
  });

  it('ends with CANCELLED when stopped, and nothing can be exported from a log that is only read', async () => {
    append(1200);
    const stop = new AbortController();
    const { text } = log.intake.export({ format: 'jsonl', purpose: 'x', filter: {}, actor: 'grace', to: 'file', signal: stop.signal });
    await text.next();
    await text.next();
    stop.abort();
    await expect(text.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    const { log: reading } = openTestLog({ files, path: folder.at('log.db'), begin: false, readOnly: { temporaryFolder: folder.path } });
    expect(() => reading.intake.export({ format: 'jsonl', purpose: 'x', filter: {}, actor: 'grace', to: 'file' })).toThrow(expect.objectContaining({ code: 'NOT_WRITABLE' }));
    reading.close();
  });
});

describe('an export as CSV', () => {
  it.each([
    ['=1+1', "'=1+1"], ['+1', "'+1"], ['-1', "'-1"], ['@SUM(A1)', "'@SUM(A1)"], ['\tx', "'\tx"], ['\r=1', "\"'\r=1\""], ['＝1', "'＝1"], ['a,b', '"a,b"'], ['say "hi"', '"say ""hi"""'], ['two\nlines', '"two\nlines"'], ['plain', 'plain'], ['', ''], ['=a,"b"', '"\'=a,""b"""']
  ])('writes the cell %j as %j', (text, written) => expect(cell(text)).toBe(written));

  const python = spawnSync('python3', ['-c', '0']).status === 0;
  it.runIf(python)("is what Python's csv module reads back", async () => {
    const texts = ['plain', '=cmd()', 'a,b', '"quoted"', 'two\nlines', 'tab\tend', 'ação 😀', '\u202eevil', "'single", '\u0000nul'];
    for (const text of texts) log.append({ action: 'app.text', category: 'app', subject: text, payload: text });
    const { text } = await read({ format: 'csv', filter: { action: 'app.text' }, bom: true });
    expect(text.startsWith('\ufeffseq,ts,')).toBe(true);
    writeFileSync(folder.at('out.csv'), text);
    const { stdout, stderr } = spawnSync('python3', ['-c', `import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], encoding='utf-8-sig', newline='')))))`, folder.at('out.csv')], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const rows = JSON.parse(stdout) as Record<string, string>[];
    expect(rows.map((row) => row['subjectName'])).toEqual(texts.map((each) => (/^[=\t]/.test(each) ? `'${each}` : each)));
    expect(rows.map((row) => JSON.parse(row['payload'] ?? '') as unknown)).toEqual(texts);
  });
});
