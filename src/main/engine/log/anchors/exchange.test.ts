import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { Net, NetRequest } from '../../ports.ts';
import type { EventLog } from '../index.ts';
import { cosign, formatVkey, keyTypes, parseNote, publicKeyOf } from '../note/index.ts';
import { openTestLog } from '../testing.ts';
import { sendToWitness } from './exchange.ts';

const seed = new Uint8Array(32).fill(4);
const name = 'desk.example';
const vkey = formatVkey(name, publicKeyOf(seed), keyTypes.cosignature);
let folder: string;
let log: EventLog;
let asked: NetRequest[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-exchange-'));
  ({ log } = openTestLog({ files: createNodeFiles(), path: join(folder, 'log.db') }));
  log.anchors.addWitness(vkey, 'http://desk.example:7341/under');
  asked = [];
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true, force: true });
});

type Canned = { status: number; body?: string | Uint8Array } | Error | ((request: NetRequest) => { status: number; body?: string });
function send(answers: readonly Canned[], url?: string): ReturnType<typeof sendToWitness> {
  const net: Net = {
    reaches: async () => true,
    async request(request) {
      const canned = answers[asked.push(request) - 1];
      if (canned === undefined) throw new Error('nobody expected this question');
      if (canned instanceof Error) throw canned;
      const { status, body = '' } = typeof canned === 'function' ? canned(request) : canned;
      return { status, body: typeof body === 'string' ? Buffer.from(body, 'utf8') : body };
    }
  };
  return sendToWitness({ anchors: log.anchors, net, origin: log.origin, actor: 'ada', signal: undefined }, name, url);
}
const signs = ({ body = '' }: NetRequest): { status: number; body: string } => ({ status: 200, body: cosign({ text: parseNote(body.slice(body.indexOf('\n\n') + 2)).text, name, seed, atSeconds: 1_795_000_000 }) });

it('asks at the address that is known, or at the one given now', async () => {
  expect(await send([signs])).toMatchObject({ anchor: { outcome: 'fits', witness: name } });
  expect(asked).toMatchObject([{ method: 'POST', url: 'http://desk.example:7341/under/add-checkpoint', body: expect.stringMatching(/^old 0\n\nvarve\//) }]);
  await send([signs, signs], 'https://elsewhere.example');
  expect(asked.at(-1)?.url).toBe('https://elsewhere.example/add-checkpoint');
  log.anchors.addWitness(vkey, undefined);
  await expect(send([])).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'url' } });
});

it('asks once more from the size the witness stands at, and no more than once', async () => {
  const entries = log.entries();
  expect(await send([{ status: 409, body: '1\n' }, signs])).toMatchObject({ anchor: { outcome: 'fits' } });
  expect(asked[1]?.body).toMatch(/^old 1\n/);
  expect(entries).toBeGreaterThan(1);
  asked = [];
  await expect(send([{ status: 409, body: '2\n' }, { status: 409, body: '3\n' }])).rejects.toMatchObject({ code: 'WITNESS_UNREACHABLE' });
});

it('a witness that has seen more is asked for what it signed; where it shows nothing its word is noted', async () => {
  expect(await send([{ status: 409, body: '99\n' }, { status: 404 }])).toMatchObject({ size: 99, anchor: { outcome: 'behind', form: 'claim', size: 99 } });
  expect(asked[1]).toMatchObject({ method: 'GET', url: expect.stringMatching(/^http:\/\/desk\.example:7341\/under\/[0-9a-f]{64}\/checkpoint$/) });
  asked = [];
  expect(await send([{ status: 409, body: '99\n' }, { status: 200, body: 'nonsense' }])).toMatchObject({ anchor: { form: 'claim' } });
  asked = [];
  expect(await send([{ status: 409, body: '99\n' }, new Error('gone')])).toMatchObject({ anchor: { form: 'claim' } });
});

it('a refusal of the proof, or of a root of the same size, is another history', async () => {
  expect(await send([{ status: 422, body: 'the proof does not fit\n' }])).toMatchObject({ anchor: { outcome: 'other-history', form: 'claim' } });
  asked = [];
  expect(await send([{ status: 409, body: '0\n' }])).toMatchObject({ anchor: { outcome: 'other-history' } });
});

it.each([
  ['does not follow the log', { status: 404 }, 'WITNESS_REFUSED'],
  ['does not know the key', { status: 403 }, 'WITNESS_REFUSED'],
  ['is busy', { status: 503, body: 'busy; try again\n' }, 'WITNESS_UNREACHABLE'],
  ['sends elsewhere', { status: 302 }, 'WITNESS_UNREACHABLE'],
  ['says nothing', { status: 200 }, 'WITNESS_UNREACHABLE'],
  ['signs with another key', { status: 200, body: `\u2014 ${name} ${Buffer.alloc(76, 1).toString('base64')}\n` }, 'WITNESS_UNREACHABLE'],
  ['answers with a page', { status: 200, body: '<html>' }, 'WITNESS_UNREACHABLE'],
  ['answers with bytes', { status: 200, body: Uint8Array.of(0xff, 0xfe, 0) }, 'WITNESS_UNREACHABLE'],
  ['names a size that is none', { status: 409, body: '-1\n' }, 'WITNESS_UNREACHABLE'],
  ['names a size beyond all records', { status: 409, body: '9999999999999999\n' }, 'WITNESS_UNREACHABLE'],
  ['names a page as size', { status: 409, body: '<html>' }, 'WITNESS_UNREACHABLE'],
  ['cannot be reached', new Error('ECONNREFUSED'), 'WITNESS_UNREACHABLE']
] as const)('a witness that %s changes nothing and is told apart', async (_what, answer, code) => {
  const entries = log.entries();
  await expect(send([answer as Canned])).rejects.toMatchObject({ code });
  expect(log.entries()).toBe(entries);
});
