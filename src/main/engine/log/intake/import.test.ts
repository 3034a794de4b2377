// A file of old lines into the record: once, whole, with its bytes, its refused lines kept and its report written.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportReport, Mapping } from '../../../../contract/intake.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { Files } from '../../ports.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { readMapping, type EventLog } from '../index.ts';
import { createTestKeys, openTestLog } from '../testing.ts';
import { makeTokens } from './mask/testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let old: string;

const open = (over: Files = files): void => {
  ({ log } = openTestLog({ files: over, path: folder.at('home/log.db') }));
};
beforeEach(() => {
  folder = createTestFolder();
  mkdirSync(folder.at('home'));
  old = folder.at('old.jsonl');
  open();
});
afterEach(() => {
  log.close();
  folder.remove();
});

async function take(options: Partial<Parameters<EventLog['intake']['import']>[0]> = {}): Promise<ImportReport> {
  for await (const step of log.intake.import({ path: old, actor: 'ada', ...options })) if (step.kind === 'done') return step.report;
  throw new Error('no report');
}
interface Payload {
  source: string;
  line: number;
  original?: string;
  originalBase64?: string;
  claimedTs?: string;
  session?: string;
  data?: unknown;
}
const taken = (): (Payload & { action: string; subject: string | null })[] =>
  log.list({ filter: { category: ['ingest'] }, order: 'oldest', limit: 1000 }).entries.map(({ payload, action, subjectName }) => ({ ...(payload as Payload), action, subject: subjectName }));
const line = (i: number, more: object = {}): string => JSON.stringify({ ts: `2024-03-01T10:00:${String(i % 60).padStart(2, '0')}+02:00`, session_id: 'nightly', action: 'train.step', payload: { i }, ...more });
const write = (...lines: (string | Buffer)[]): void => writeFileSync(old, Buffer.concat(lines.flatMap((each) => [Buffer.from(each as string), Buffer.from('\n')])));
const inReports = (): string[] => (existsSync(folder.at('home/reports')) ? readdirSync(folder.at('home/reports')) : []);

describe('an import', () => {
  it('makes one entry of each line: its bytes, its old time as a claim, the time of the import as its own', async () => {
    write(line(0), line(1, { session_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }));
    const report = await take();
    expect(report).toMatchObject({ lines: 2, imported: 2, present: 0, refused: 0, chain: { state: 'absent' }, claimedFrom: '2024-03-01T08:00:00.000Z', claimedTo: '2024-03-01T08:00:01.000Z', quarantine: null, source: old });
    expect(report.sha256).toBe(createHash('sha256').update(readFileSync(old)).digest('hex'));
    expect(taken()).toEqual([
      { action: 'app.train.step', subject: `source:${old}`, source: old, line: 1, original: line(0), claimedTs: '2024-03-01T08:00:00.000Z', session: 'nightly', data: { i: 0 } },
      { action: 'app.train.step', subject: `source:${old}`, source: old, line: 2, original: line(1, { session_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b' }), claimedTs: '2024-03-01T08:00:01.000Z', data: { i: 1 } }
    ]);
    const [second] = log.list({ filter: { category: ['ingest'] } }).entries;
    expect(second?.ts.slice(0, 10)).toBe('2026-11-21');
    expect(log.show(second?.seq ?? 0).header.trace).toBe('0190a1b2c3d47e5f8a9b0c1d2e3f4a5b');
    const event = log.show(report.event ?? -1).entry;
    expect(event).toMatchObject({ action: 'log.imported', category: 'record', payload: { file: 'old.jsonl', source: old, lines: 2, imported: 2, sha256: report.sha256, report: basename(report.report ?? '') } });
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  });

  it('run twice adds nothing at all; a line that stands twice is there twice; new lines come in behind', async () => {
    write(line(0), line(1), line(0), line(0));
    expect(await take()).toMatchObject({ imported: 4, present: 0 });
    const entries = log.entries();
    const reports = inReports();
    expect(await take()).toMatchObject({ imported: 0, present: 4, event: null, report: null });
    expect(log.entries()).toBe(entries);
    expect(inReports()).toEqual(reports);
    appendFileSync(old, `${line(0)}\n${line(2)}\n`);
    expect(await take()).toMatchObject({ imported: 2, present: 4 });
    // Another order, and a line fewer: what is there is known by its content.
    write(line(2), line(0), line(1), line(0), line(3));
    expect(await take()).toMatchObject({ imported: 1, present: 4 });
    expect(taken().map(({ data }) => (data as { i: number }).i).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, 1, 2, 3]);
  });

  it('tells sources apart by name: the same lines from another file are other events, a moved file with its old name is not', async () => {
    write(line(0));
    await take();
    renameSync(old, folder.at('moved.jsonl'));
    expect(await take({ path: folder.at('moved.jsonl'), source: old })).toMatchObject({ imported: 0, present: 1 });
    expect(await take({ path: folder.at('moved.jsonl') })).toMatchObject({ imported: 1, present: 0 });
  });

  it('keeps every line it refuses, with its place and reason, and goes on', async () => {
    const bad: [string | Buffer, string][] = [
      ['{"action": "x"', 'not-json'], ['{"action":"a","action":"b"}', 'not-json'], ['[1,2]', 'not-an-object'], ['"text"', 'not-an-object'], ['{"ts":"2024-01-01T00:00:00Z"}', 'no-action'], ['{"action":7}', 'no-action'],
      [Buffer.from([0x7b, 0x22, 0xe7, 0x22, 0x3a, 0x31, 0x7d]), 'not-text'], ['{"action":"x\u0000y"}', 'not-json'], ['{"action":"a","payload":"\\udc00"}', 'not-json'], [`{"action":"a","payload":"${'x'.repeat(300_000)}"}`, 'too-long'], [`{"action":"a","payload":"${'y'.repeat(1_100_000)}"}`, 'too-long']
    ];
    write(line(0), ...bad.map(([text]) => text), line(1));
    const report = await take();
    expect(report).toMatchObject({ lines: bad.length + 2, imported: 2, refused: bad.length });
    expect(report.refusals.map(({ line: number, code }) => [number, code])).toEqual(bad.map(([, code], i) => [i + 2, code]));
    const kept = readFileSync(report.quarantine ?? '', 'utf8').trimEnd().split('\n').map((each) => JSON.parse(each) as { line: number; offset: number; text?: string; base64?: string; length?: number; sha256?: string });
    const all = readFileSync(old);
    kept.forEach((each, i) => {
      const content = Buffer.from(bad[i]?.[0] as string);
      expect(all.subarray(each.offset, each.offset + content.length).equals(content)).toBe(true);
      if (each.text !== undefined) expect(each.text).toBe(content.toString());
      else if (each.base64 !== undefined) expect(each.base64).toBe(content.toString('base64'));
      else expect([each.length, each.sha256]).toEqual([content.length, createHash('sha256').update(content).digest('hex')]);
    });
    expect(readFileSync(report.report ?? '', 'utf8')).toContain(basename(report.quarantine ?? ''));
    // The same file again: nothing new, and no second copy of the refused lines.
    const before = inReports();
    expect(await take()).toMatchObject({ imported: 0, refused: bad.length, quarantine: null });
    expect(inReports()).toEqual(before);
  });

  it('takes CRLF, a byte order mark, empty lines and a last line without an end as they are meant', async () => {
    writeFileSync(old, `\ufeff${line(0)}\r\n\r\n   \n${line(1)}`);
    expect(await take()).toMatchObject({ lines: 4, imported: 2, blank: 2, refused: 0, bom: true });
    expect(taken().map(({ original }) => original)).toEqual([line(0), line(1)]);
  });

  it('loses no digit of a number and no equal-looking text', async () => {
    const text = '{"action":"a.b","payload":{"id":9007199254740993,"huge":123456789012345678901234567890,"e":1e400,"f":0.1,"n":-0,"s":"\\u0061\\u0000e\u0301"}}';
    write(text);
    await take();
    expect(taken()[0]).toMatchObject({ original: text, data: { id: '9007199254740993', huge: '123456789012345678901234567890', e: '1e400', f: 0.1, n: 0, s: 'a\u0000e\u0301' } });
  });

  it('takes text in Latin-1 where a mapping says so, and keeps its bytes', async () => {
    const bytes = Buffer.from('{"action":"a.b","payload":"a\u00e7\u00e3o"}', 'latin1');
    write(bytes);
    const mapping = readMapping({ format: 'varve-mapping', version: 1, encoding: 'latin1', action: { field: '/action' }, data: '/payload' });
    await take({ mapping });
    expect(taken()[0]).toMatchObject({ originalBase64: bytes.toString('base64'), data: 'ação' });
  });

  it('writes a line anew where a key stood in it, and nothing in the home holds the key', async () => {
    const [token = ''] = makeTokens('import')['github-token'] ?? [];
    write(line(0), JSON.stringify({ ts: `at ${token}`, action: 'deploy.run', payload: { note: `escaped\n${token}`, id: 5 } }), `{"action":"x","${token}":1,"${token}":2}`);
    const report = await take();
    expect(report).toMatchObject({ imported: 2, refused: 1, masked: [{ rule: 'github-token', count: 2 }] });
    expect(taken()[1]).toMatchObject({ originalMasked: true, claimedTs: 'at [GITHUB-TOKEN]', original: '{"action":"deploy.run","payload":{"id":5,"note":"escaped\\n[GITHUB-TOKEN]"},"ts":"at [GITHUB-TOKEN]"}', data: { note: 'escaped\n[GITHUB-TOKEN]' } });
    expect(log.list({ filter: { action: 'log.masked' } }).entries).toHaveLength(1);
    log.close();
    for (const name of readdirSync(folder.at('home'))) if (name.startsWith('log.db')) expect(readFileSync(folder.at(`home/${name}`)).includes(token), name).toBe(false);
    expect(readFileSync(report.report ?? '', 'utf8')).not.toContain(token);
    open();
  });

  it('as a dry run says the same and records nothing', async () => {
    write(line(0), line(1), 'bad');
    const entries = log.entries();
    expect(await take({ dryRun: true })).toMatchObject({ imported: 2, refused: 1, event: null, report: null, quarantine: null, dryRun: true });
    expect(log.entries()).toBe(entries);
    expect(inReports()).toEqual([]);
    await take();
    expect(await take({ dryRun: true })).toMatchObject({ imported: 0, present: 2 });
  });

  it('writes its report in both languages, with nothing from the file acting as Markdown', async () => {
    write(line(0), '{"``|x":1,"``|x":2}');
    const english = readFileSync((await take({ source: 'a|`b` <script>' })).report ?? '', 'utf8');
    expect(english).toContain('# Import into the record');
    expect(english).toContain('`` a\\|`b` <script> ``');
    const report = await take({ source: 'b', language: 'pt-BR' });
    expect(readFileSync(report.report ?? '', 'utf8')).toContain('# Importação para o registro');
  });

  it.each([
    ['a folder', 'BAD_INPUT', () => mkdirSync(old)], ['nothing', 'PATH_MISSING', () => undefined], ['UTF-16', 'BAD_INPUT', () => writeFileSync(old, Buffer.from('\ufeff{}', 'utf16le'))], ['gzip', 'BAD_INPUT', () => writeFileSync(old, Buffer.from('1f8b0800', 'hex'))]
  ])('of %s is refused with the reason', async (_name, code, make) => {
    make();
    await expect(take()).rejects.toMatchObject({ code });
  });

  it('of an empty file is recorded as such', async () => {
    writeFileSync(old, '');
    expect(await take()).toMatchObject({ lines: 0, imported: 0, sha256: createHash('sha256').digest('hex') });
    expect(log.list({ filter: { action: 'log.imported' } }).total).toBe(1);
  });
});

describe('an import that stops', () => {
  it('on request goes on where it stopped', async () => {
    write(...Array.from({ length: 1500 }, (_, i) => line(i)));
    const stop = new AbortController();
    const stopped = (async () => {
      for await (const step of log.intake.import({ path: old, actor: 'ada', signal: stop.signal })) if (step.kind === 'progress' && step.imported >= 400) stop.abort();
    })();
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    const before = taken().length;
    expect(before).toBeGreaterThanOrEqual(400);
    expect(before).toBeLessThan(1500);
    expect(await take()).toMatchObject({ imported: 1500 - before, present: before });
  });

  it('at any step of the disk leaves a record that the next run completes, nothing lost or twice', async () => {
    const lines = Array.from({ length: 450 }, (_, i) => line(i % 225));
    for (let fails = 1; fails < 60; fails++) {
      write(...lines, 'bad', ...lines.slice(0, 3));
      log.close();
      let left = fails;
      const faulty = new Proxy(files, {
        get(target, name: keyof Files) {
          const real = target[name] as (...args: unknown[]) => unknown;
          if (!['read', 'write', 'fsync', 'rename', 'open', 'fsyncFolder', 'truncate'].includes(name)) return real;
          return (...args: unknown[]) => {
            left -= 1;
            if (left <= 0) throw Object.assign(new Error('faulty'), { code: 'EIO' });
            return real.apply(target, args);
          };
        }
      });
      // Opening the log itself is not what is tried here.
      left = Number.POSITIVE_INFINITY;
      open(faulty);
      left = fails;
      const source = `run ${fails}`;
      const failed = await take({ source }).then(() => false, () => true);
      log.close();
      open();
      const report = await take({ source });
      expect(report.imported + report.present, `stop at ${fails}`).toBe(453);
      expect(log.list({ filter: { subject: `source:${source}`, category: ['ingest'] } }).total, `stop at ${fails}`).toBe(453);
      expect(report.refused).toBe(1);
      if (!failed) return;
    }
    throw new Error('no run came through');
  }, 120_000);

  it('by kill -9 at any moment is completed by the next run', async () => {
    write(...Array.from({ length: 3000 }, (_, i) => line(i % 1500)));
    log.close();
    let known = 0;
    for (const delayMs of [5, 40, 120, 260]) {
      const child = spawn(process.execPath, [new URL('import.child.ts', import.meta.url).pathname, folder.at('home/log.db'), old], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((resume) => setTimeout(resume, delayMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
      open();
      const now = log.list({ filter: { category: ['ingest'] }, limit: 1 }).total ?? -1;
      expect(now).toBeGreaterThanOrEqual(known);
      known = now;
      log.close();
    }
    open();
    expect(await take()).toMatchObject({ present: known, imported: 3000 - known });
    expect(log.list({ filter: { category: ['ingest'] }, limit: 1 }).total).toBe(3000);
    expect(new Set(taken().map(({ line: number }) => number)).size).toBe(1000);
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  }, 120_000);

  it('because another of the same source began is told so, and the two together add each line once', async () => {
    write(...Array.from({ length: 1200 }, (_, i) => line(i)));
    const first = log.intake.import({ path: old, actor: 'ada' });
    await first.next();
    const second = await take();
    await expect((async () => {
      for await (const _ of first);
    })()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(second.imported + second.present).toBe(1200);
    expect(taken().length + log.list({ filter: { category: ['ingest'] }, order: 'oldest', limit: 1000, after: log.list({ filter: { category: ['ingest'] }, order: 'oldest', limit: 1000 }).next ?? 0 }).entries.length).toBe(1200);
  });
});

describe('after an erasure', () => {
  const grounds = { reason: 'subject-request', basis: 'lgpd-18-vi' } as const;
  const inDatabase = (...needles: (string | Buffer)[]): string[] => {
    const found: string[] = [];
    for (const name of readdirSync(folder.at('home'))) if (name.startsWith('log.db')) for (const needle of needles) if (readFileSync(folder.at(`home/${name}`)).includes(needle)) found.push(`${needle.toString('hex')} in ${name}`);
    return found;
  };
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);

  it('of an entry, nothing in the database tells what its line said, not even its hash; its neighbours stay known', async () => {
    write(line(0, { payload: 'quetzalcoatl' }), line(1));
    await take();
    expect(inDatabase('quetzalcoatl', digest(line(0, { payload: 'quetzalcoatl' })))).not.toEqual([]);
    const seq = log.list({ filter: { category: ['ingest'] }, order: 'oldest' }).entries[0]?.seq ?? 0;
    await log.erasures.erase({ ...grounds, seqs: [seq] });
    log.close();
    expect(inDatabase('quetzalcoatl', digest(line(0, { payload: 'quetzalcoatl' })))).toEqual([]);
    open();
    // What was forgotten is new again: whoever imports the file once more brings it back.
    expect(await take()).toMatchObject({ imported: 1, present: 1 });
  });

  it('of a source as a subject, its name and all that came from it are gone from the database', async () => {
    write(line(0), line(1), '{"bad"');
    await take({ source: 'diary of Xiuhtecuhtli' });
    await log.erasures.erase({ ...grounds, subject: 'source:diary of Xiuhtecuhtli' });
    expect(log.list({ filter: { action: 'log.imported' } }).entries).toMatchObject([{ payloadState: 'erased' }]);
    log.close();
    expect(inDatabase('Xiuhtecuhtli', digest(line(0)))).toEqual([]);
    open();
    log.checkpoints.sign();
    expect(await log.verify({})).toMatchObject({ kind: 'consistent' });
  });
});

describe('a category that is kept encrypted', () => {
  it('is imported, and appended as lines, with keys that are loaded when they are needed', async () => {
    log.close();
    let loaded = false;
    const keys = createTestKeys();
    ({ log } = openTestLog({ files, path: folder.at('home/log.db'), keys: { ...keys, open: () => (loaded ? keys.open() : undefined), load: async () => void (loaded = true) } }));
    async function* pipe(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"action":"app.loss","category":"metrics","payload":"tezcatlipoca"}\n');
    }
    expect(await log.intake.appendLines(pipe(), { caller: { actor: 'ada', scope: 'owner' }, onError: 'stop' })).toMatchObject({ appended: 1 });
    expect(loaded).toBe(true);
    loaded = false;
    expect(await log.intake.appendOne({ action: 'app.loss', category: 'metrics', payload: 'tezcatlipoca' }, { actor: 'ada', scope: 'owner' })).toMatchObject({ seq: expect.any(Number) });
    log.close();
    for (const name of readdirSync(folder.at('home'))) expect(readFileSync(folder.at(`home/${name}`)).includes('tezcatlipoca'), name).toBe(false);
    open();
  });
});

describe('a mapping', () => {
  const base = { format: 'varve-mapping', version: 1 };
  it('says what becomes of a line of any shape', async () => {
    write('{"when":1700000000,"lvl":"ERR","kind":"saved","who":{"run":"r7"},"sid":"0123456789ABCDEF0123456789abcdef","body":{"a":1}}', '{"when":"1700000000123","kind":"Not An Action","body":2}', '{"when":"2024-05-01 12:00","kind":"app.own"}');
    const mapping: Mapping = readMapping({ ...base, time: { field: '/when', zone: '-03:00' }, action: { field: '/kind', otherwise: 'app.line' }, category: 'experiment', level: { field: '/lvl', values: { ERR: 'error' } }, subject: { field: '/who/run', prefix: 'run:' }, session: '/sid', data: '/body' });
    expect(await take({ mapping })).toMatchObject({ imported: 3, refused: 0 });
    expect(log.list({ filter: { category: ['experiment'] }, order: 'oldest' }).entries).toMatchObject([
      { action: 'app.saved', level: 'error', subjectName: 'run:r7', payload: { claimedTs: '2023-11-14T22:13:20.000Z', data: { a: 1 } } },
      { action: 'app.line', level: 'info', subjectName: `source:${old}`, payload: { claimedTs: '2023-11-14T22:13:20.123Z', data: 2 } },
      { action: 'app.own', payload: { claimedTs: '2024-05-01T15:00:00.000Z' } }
    ]);
  });

  it('leaves a time that names no zone as it stands there', async () => {
    write('{"ts":"2024-05-01 12:00","action":"a"}', '{"ts":"last Tuesday","action":"a"}');
    await take();
    expect(taken().map(({ claimedTs }) => claimedTs)).toEqual(['2024-05-01 12:00', 'last Tuesday']);
  });

  it.each([
    ['an unknown field', { ...base, colour: 1 }, 'mapping'], ['another version', { ...base, version: 2 }, 'mapping.version'], ['a pointer that is none', { ...base, data: 'payload' }, 'mapping.data'], ['an action of Varve', { ...base, action: { fixed: 'snapshot.finished' } }, 'mapping.action'], ['a category of Varve', { ...base, category: 'record' }, 'mapping.category'],
    ['a chain member without its place', { ...base, chain: { over: 'line', form: 'jcs', previous: 'member' } }, 'mapping.chain.member']
  ])('with %s is refused and the member named', (_name, mapping, field) => {
    expect(() => readMapping(mapping)).toThrow(expect.objectContaining({ code: 'BAD_INPUT', data: { field, reason: expect.any(String) } }));
  });
});

it('a line of 1 GiB is referred to without being held, and the next one comes in', async () => {
  // A hole on the disk: it is read like any other bytes.
  const fd = openSync(old, 'w');
  writeSync(fd, `${line(0)}\n`);
  const start = Buffer.byteLength(line(0)) + 1;
  ftruncateSync(fd, start + 2 ** 30);
  writeSync(fd, `\n${line(1)}\n`, start + 2 ** 30);
  closeSync(fd);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const report = await take();
  clearInterval(watch);
  expect(report).toMatchObject({ imported: 2, refused: 1, refusals: [{ line: 2, code: 'too-long' }] });
  expect(JSON.parse(readFileSync(report.quarantine ?? '', 'utf8'))).toMatchObject({ line: 2, offset: start, length: 2 ** 30 });
  expect(peak - before).toBeLessThan(256 * 2 ** 20);
  expect(dirname(report.quarantine ?? '')).toBe(folder.at('home/reports'));
}, 120_000);
