// Two verifiers that share no code, ours and docs/verify/varve-verify.mjs, on what an open log hands out and on seeded forgeries of it: one
// verdict. Where they differed, one of them would be wrong.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue, type ErrorCode } from '../../../../contract/errors.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { EventLog } from '../index.ts';
import { createSeededRandom } from '../testing.ts';
import { bundleOf, close, createWorkshop, erase, files, fill, origin, takeApart, testVkey, type Workshop } from './testing.ts';
import { verifyEvidenceFile } from './verify-file.ts';
import type { Given } from './verify-bundle.ts';
import { formatCheckpoint, formatNote, signText } from '../note/index.ts';

interface Second {
  check(path: string, options: { keys?: readonly string[]; checkpoint?: string; requireKey?: boolean }): { verdict: string; exit: number; toJson(language: number): { counts: Record<string, number> | null; reason: { code: string } | null } };
}

const long = process.env['VARVE_LONG'] === '1';
let second: Second;
let shop: Workshop;
let log: EventLog;
beforeAll(async () => {
  second = (await import(pathToFileURL(resolve(import.meta.dirname, '../../../../../docs/verify/varve-verify.mjs')).href)) as Second;
  shop = createWorkshop();
  log = shop.open('log.db');
  fill(log, 60);
  log.checkpoints.sign();
  erase(log, shop.at('log.db'), [8, 12]);
  await log.checkpoints.rotate('test');
  fill(log, 30);
  log.checkpoints.sign();
  await log.checkpoints.rotate();
  fill(log, 10);
});
afterAll(() => {
  log.close();
  shop.remove();
});

interface Said {
  verdict: string;
  exit: number;
  counts?: Record<string, number> | undefined;
  why: string;
}

async function ours(path: string, given: Given): Promise<Said> {
  try {
    const report = await verifyEvidenceFile(files, path, given, { pause: () => Promise.resolve() });
    return { verdict: report.verdict, exit: 0, counts: { entries: report.entries, ...report.payloads }, why: '' };
  } catch (error) {
    if (!isVarveError(error)) throw error;
    const exit = errorCatalogue[error.code as ErrorCode].exit;
    return { verdict: { 5: 'refused', 9: 'unproven' }[exit] ?? 'error', exit, why: error.message };
  }
}

function theirs(path: string, given: Given): Said {
  const held = shop.at('held.checkpoint');
  if (given.held !== undefined) writeFileSync(held, given.held);
  const report = second.check(path, { keys: given.keys, ...(given.held !== undefined && { checkpoint: held }) });
  const verdict = report.verdict === 'behind' ? 'unproven' : report.verdict;
  const { counts, reason } = report.toJson(0);
  return { verdict, exit: report.exit, counts: report.exit === 0 && counts !== null ? counts : undefined, why: reason?.code ?? '' };
}

async function both(name: string, content: string | Uint8Array, given: Given): Promise<Said> {
  const path = shop.at(name);
  writeFileSync(path, content);
  const [mine, other] = [await ours(path, given), theirs(path, given)];
  expect({ verdict: mine.verdict, exit: mine.exit }, `${name}: ${mine.why} | ${other.why}`).toEqual({ verdict: other.verdict, exit: other.exit });
  if (other.counts !== undefined && mine.counts !== undefined) for (const [counted, count] of Object.entries(other.counts)) expect([counted, mine.counts[counted]]).toEqual([counted, count]);
  return mine;
}

const signed = (size: number, key: number): string => {
  const text = formatCheckpoint({ origin, size, root: new Uint8Array(32) });
  return formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(key) })]);
};

describe('both verifiers', () => {
  it('say the same of every bundle a log gives, with every key and every checkpoint at hand', async () => {
    const checkpoints = log.checkpoints.list({ limit: 100 }).map(({ note }) => note);
    const bundles = [await bundleOf(log), await bundleOf(log, { disclosure: 'commitments' }), await bundleOf(log, { filter: { category: ['note'] } }), await bundleOf(log, { filter: { category: ['app'] }, held: checkpoints }), await bundleOf(log, { filter: { action: 'home.created' }, disclosure: 'commitments' })];
    const verdicts = new Set<string>();
    for (const bundle of bundles) {
      for (const keys of [[], [testVkey(1)], [testVkey(2)], [testVkey(3)], [testVkey(4)], [testVkey(4), testVkey(1)]]) {
        for (const held of [undefined, ...checkpoints, signed(5, 1), signed(80, 2), signed(5, 3), signed(100_000, 3)]) {
          verdicts.add((await both('one.varve-evidence', bundle, { keys, ...(held === undefined ? {} : { held }) })).verdict);
        }
      }
    }
    expect([...verdicts].sort()).toEqual(['consistent', 'refused', 'unproven', 'verified']);
  });

  it('say the same of proof files and consistency proofs', async () => {
    const older = log.checkpoints.list({ limit: 100 }).at(-1)!;
    log.checkpoints.sign();
    for (const keys of [[], [testVkey(1)], [testVkey(3)], [testVkey(3), testVkey(1)], [testVkey(4)]]) {
      for (const seq of [0, 5, 8, 30]) {
        for (const disclosure of ['payloads', 'commitments'] as const) await both('one.tlog-proof', (await log.evidence.prove({ seq, disclosure }, 'ada')).text, { keys });
      }
      // Without the older checkpoint, or with one of another size, nothing is shown: ours says so (9), the other checks the newer one alone, or refuses the pair.
      for (const held of [older.note, signed(older.size, 1)]) await both('one.consistency', log.evidence.consistency(older.size, undefined).text, { keys, held });
    }
  });

  it('say the same of seeded forgeries, each closed with a last line that fits (seed 43)', async () => {
    const random = createSeededRandom(43);
    const pick = (below: number): number => Buffer.from(random.bytes(4)).readUInt32BE() % below;
    const bundles = [await bundleOf(log), await bundleOf(log, { filter: { category: ['note'] } })];
    const verdicts: Record<string, number> = {};
    for (let i = 0; i < (long ? 20_000 : 800); i++) {
      const bundle = bundles[i % 2]!;
      const { head } = takeApart(bundle);
      const lines = bundle.split('\n').slice(0, -2);
      const [one, other] = [pick(lines.length), pick(lines.length)];
      const line = lines[one]!;
      const at = pick(line.length);
      const words = line.split('"');
      const word = pick(words.length);
      const changes: (() => void)[] = [
        () => (lines[one] = line.slice(0, at) + String.fromCharCode(line.charCodeAt(at) ^ (1 << pick(7))) + line.slice(at + 1)),
        () => lines.splice(one, 1),
        () => ([lines[one], lines[other]] = [lines[other]!, lines[one]!]),
        () => lines.splice(one, 0, lines[other]!),
        () => (lines[one] = words.with(word, lines[other]!.split('"')[word] ?? '').join('"')),
        () => (lines[one] = line.slice(0, at) + line.slice(at + 1 + pick(5))),
        () => (lines[one] = line.replace(/\d+/, String(pick(200)))),
        () => (lines[one] = line.replace(/"state":"opened","text":".*","salt":"[0-9a-f]{64}"/, `"state":"erased","by":${pick(110)}`)),
        () => (lines[one] = line.replace(/"payload":\{"state":"opened".*?"salt":"[0-9a-f]{64}"\}/, '"payload":{"state":"withheld"}'))
      ];
      changes[pick(changes.length)]!();
      const forged = close(`${lines.join('\n')}\n`, head.entries);
      const { verdict } = await both('forged.varve-evidence', forged, { keys: [testVkey(1)] });
      verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
    }
    expect(verdicts['refused']).toBeGreaterThan(500);
    expect(Object.keys(verdicts).sort()).toEqual(['refused', 'verified']);
  });

  it('say the same of files with one bit changed and a last line that does not fit (seed 44)', async () => {
    const random = createSeededRandom(44);
    const wholes: [string, Uint8Array][] = [['bits.varve-evidence', Buffer.from(await bundleOf(log, { filter: { category: ['app'] } }))], ['bits.tlog-proof', Buffer.from((await log.evidence.prove({ seq: 9 }, 'ada')).text)]];
    for (const [name, whole] of wholes) {
      for (let i = 0; i < (long ? 20_000 : 400); i++) {
        const changed = Buffer.from(whole);
        const dice = Buffer.from(random.bytes(5));
        const at = dice.readUInt32BE() % changed.length;
        changed[at] = (changed[at] as number) ^ (1 << ((dice[4] as number) % 8));
        expect((await both(name, changed, { keys: [testVkey(1), testVkey(3)] })).exit).toBe(5);
      }
    }
    expect(readFileSync(shop.at('bits.tlog-proof')).length).toBeGreaterThan(500);
  });
});
