// JSON lines of events from a pipe: in order, in one go, and a bad line is named.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog } from '../index.ts';
import { openTestLog } from '../testing.ts';
import { makeTokens } from './mask/testing.ts';

const files = createNodeFiles();
const caller = { actor: 'ada', scope: 'owner' } as const;
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

async function* pipe(text: string | Buffer, size = 4000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string, 'utf8');
  for (let at = 0; at < bytes.length; at += size) yield new Uint8Array(bytes.subarray(at, at + size));
}
const line = (i: number): string => JSON.stringify({ action: 'app.counted', payload: { i } });
const counted = (): unknown[] => log.list({ filter: { action: 'app.counted' }, order: 'oldest', limit: 1000 }).entries.map(({ payload }) => (payload as { i: number }).i);

describe('JSON lines', () => {
  it('come in whole and in order, empty ones, CRLF, a byte order mark and a last line without an end included', async () => {
    const text = `\ufeff${Array.from({ length: 250 }, (_, i) => line(i)).join('\r\n')}\n\n  \n${line(250)}`;
    for (const size of [1, 1000]) {
      const before = log.entries();
      const result = await log.intake.appendLines(pipe(text, size), { caller, onError: 'stop' });
      expect(result).toMatchObject({ lines: 253, appended: 251, blank: 2, refused: 0, stoppedAt: null, quarantine: null, first: before, last: before + 250 });
    }
    const numbers = Array.from({ length: 251 }, (_, i) => i);
    expect(counted()).toEqual([...numbers, ...numbers]);
  });

  it.each([
    ['that is no JSON', '{"action":', 'not-json', 'ends too early'],
    ['with a key twice', '{"action":"app.x","action":"app.y"}', 'not-json', 'twice'],
    ['with an integer that would be rounded', '{"action":"app.x","payload":9007199254740993}', 'not-json', '2^53'],
    ['with a field that there is not', '{"action":"app.x","colour":"red"}', 'refused', 'colour'],
    ['with an action of Varve', '{"action":"snapshot.x"}', 'refused', 'kept for Varve'],
    ['with half a character', '{"action":"app.x","payload":"\\ud800"}', 'not-json', 'surrogate'],
    ['that is no UTF-8', Buffer.from('7b22616374696f6e223a226170702e78ff227d', 'hex'), 'not-json', 'UTF-8']
  ])('stop at a line %s: everything before it is in, nothing after it, and the line is named', async (_name, bad, code, detail) => {
    const text = Buffer.concat([Buffer.from(`${line(0)}\n${line(1)}\n`), Buffer.from(bad as string), Buffer.from(`\n${line(2)}\n`)]);
    const result = await log.intake.appendLines(pipe(text), { caller, onError: 'stop' });
    expect(result).toMatchObject({ appended: 2, refused: 1, stoppedAt: { line: 3, code, detail: expect.stringContaining(detail) } });
    expect(counted()).toEqual([0, 1]);
  });

  it('go on past bad lines with quarantine, and every bad line is kept as it was', async () => {
    const latin1 = Buffer.from([0x7b, 0x22, 0xe7, 0x22, 0x7d]);
    const text = Buffer.concat([Buffer.from(`${line(0)}\nnot json\n${line(1)}\n{"action":"gateway.x"}\n`), latin1, Buffer.from(`\n${'x'.repeat(1024 * 1024 + 10)}\n${line(2)}\n`)]);
    const result = await log.intake.appendLines(pipe(text, 65_536), { caller, onError: 'quarantine' });
    expect(result).toMatchObject({ lines: 7, appended: 3, refused: 4, stoppedAt: null });
    expect(counted()).toEqual([0, 1, 2]);
    const kept = readFileSync(result.quarantine ?? '', 'utf8').trimEnd().split('\n').map((each) => JSON.parse(each) as Record<string, unknown>);
    expect(kept.sort((a, b) => Number(a['line']) - Number(b['line']))).toMatchObject([
      { line: 2, reason: 'not-json', text: 'not json' }, { line: 4, reason: 'refused', text: '{"action":"gateway.x"}' }, { line: 5, reason: 'not-json', base64: latin1.toString('base64') }, { line: 6, reason: 'too-long', length: 1024 * 1024 + 10 }
    ]);
  });

  it('are masked, and the count is told', async () => {
    const [token = ''] = makeTokens('lines')['npm-token'] ?? [];
    expect(await log.intake.appendLines(pipe(`${JSON.stringify({ action: 'app.x', payload: `${token} ${token}` })}\n`), { caller, onError: 'stop' })).toMatchObject({ appended: 1, masked: 2 });
    expect(log.list({ filter: { action: 'app.x' } }).entries[0]?.payload).toBe('[NPM-TOKEN] [NPM-TOKEN]');
  });

  it('end with CANCELLED when stopped; whole batches stay', async () => {
    const stop = new AbortController();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let i = 0; ; i++) {
        if (i === 500) stop.abort();
        yield Buffer.from(`${line(i)}\n`);
      }
    }
    await expect(log.intake.appendLines(endless(), { caller, onError: 'stop', signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(counted()).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });
});
