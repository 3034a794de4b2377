// The table of evidence-formats.md, section 9: what is done to the record of a real home, and who notices. L: the local files alone, no key known.
// K: with the verifier key that the person keeps. A: with the newest checkpoint, kept elsewhere, as well. What must not be noticed is asserted, too.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../contract/verify.ts';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { createMemoryKeyring } from '../../../adapters/memory-keyring.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { isVarveError } from '../../kit/errors.ts';
import { createLogKeys, createSecrets } from '../../secrets/index.ts';
import { createTestEngine, testContext, type TestEngine } from '../../testing/index.ts';
import { openLog, verifyLog, type EventLog } from '../index.ts';
import { createInlineWorkers, createSeededRandom } from '../testing.ts';
import { verifyFile, verifyTask } from './task.ts';
import { Forger, type Header } from './testing/forger.ts';

const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const workers = createInlineWorkers(ports, { 'log.verify': (context, input) => verifyTask({ ...context, machine: createMachine() }, input) });
const keyring = createMemoryKeyring();
let folder: string;
let homeId: string;
/** Homes to copy: as it was once, and as it is. */
let backup: string;
let home: string;
let vkey: string;
/** Sizes of three checkpoints, oldest first, and the newest one as the person keeps it. */
let sizes: { early: number; middle: number; newest: number };
let held: string;
/** Entries, of which the last few are not sealed. */
let entries: number;
/** An entry of the sealed part with a payload of its own. */
let target: number;

const optionsOf = (path: string) => {
  const homePath = path;
  const secrets = createSecrets({ ...ports, keyring, homePath, homeId, environment: {} });
  return { ...ports, workers, path: join(homePath, 'log.db'), homeId, session: 'test', actorName: 'tester', keys: createLogKeys(secrets) };
};
/** Opens the log of a home without its secret keys: what is added is not sealed. */
const withLog = <T>(path: string, work: (log: EventLog) => T): T => {
  const log = openLog(optionsOf(path));
  try {
    return work(log);
  } finally {
    log.close();
  }
};

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'varve-tampering-')));
  const add = async (test: TestEngine, count: number, what: string): Promise<number> => {
    for (let i = 0; i < count; i++) await test.api.log.append({ action: 'app.measured', category: 'app', subject: `probe ${i % 4}`, level: 'info', payload: { what, i } }, testContext);
    return (await test.api.checkpoints.sign({}, testContext)).size;
  };
  const first = await createTestEngine({ folder, keyring });
  homeId = (await first.api.system.status({}, testContext)).home?.id as string;
  await add(first, 40, 'one');
  await first.close();
  backup = join(folder, 'backup');
  cpSync(first.homePath, backup, { recursive: true });
  const second = await createTestEngine({ folder, keyring });
  const early = await add(second, 40, 'two');
  const middle = await add(second, 150, 'three');
  await add(second, 80, 'four');
  vkey = (await second.api.checkpoints.keys({}, testContext))[0]?.vkey as string;
  await second.close();
  home = second.homePath;
  withLog(home, (log) => {
    const newest = log.checkpoints.latest();
    held = newest?.note as string;
    sizes = { early, middle, newest: newest?.size as number };
    for (let i = 0; i < 5; i++) log.append({ action: 'app.measured', category: 'app', payload: { what: 'tail', i } });
    entries = log.entries();
    target = log.list({ filter: { action: 'app.measured' }, before: early, limit: 1 }).entries[0]?.seq as number;
  });
});

describe('the record that is tampered with', () => {
  it('reaches over more than one tile, a little beyond its newest checkpoint', () => {
    expect(sizes.newest).toBe(entries - 5);
    expect(entries).toBeGreaterThan(256 + 16);
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Outcome = Verdict | { kind: 'missing' };
interface Noticed {
  L: Outcome;
  K: Outcome;
  A: Outcome;
}
type Tamper = (forger: Forger, homePath: string) => void;

async function verdictOn(path: string, request: Parameters<typeof verifyLog>[1]): Promise<Outcome> {
  try {
    return (await verifyLog(optionsOf(path), request)).verdict;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVIDENCE_MISSING') return { kind: 'missing' };
    throw error;
  }
}

/** Does the same to three copies and asks three verifiers. */
async function noticed(tamper: Tamper, from = home, anchor = held): Promise<Noticed> {
  const levels = { L: {}, K: { keys: [vkey] }, A: { keys: [vkey], anchors: [{ source: 'kept elsewhere', text: anchor }] } };
  const found: Partial<Noticed> = {};
  for (const level of ['L', 'K', 'A'] as const) {
    const copy = join(folder, `copy-${level}`);
    rmSync(copy, { recursive: true, force: true });
    cpSync(from, copy, { recursive: true });
    if (level === 'L') rmSync(join(copy, 'keys.json'));
    tamper(new Forger(join(copy, 'log.db')), copy);
    found[level] = await verdictOn(copy, levels[level]);
  }
  return found as Noticed;
}

const broken = (what: string, more: object = {}) => expect.objectContaining({ kind: 'broken', what, ...more });
const consistent = expect.objectContaining({ kind: 'consistent' });
const anchored = expect.objectContaining({ kind: 'anchored' });
const everyone = (outcome: unknown) => ({ L: outcome, K: outcome, A: outcome });
const warned = (header: Header): Header => ({ ...header, level: 'warn' });

it('an untouched copy is consistent to L and K, and anchored to A', async () => {
  const seen = await noticed(() => undefined);
  expect(seen).toEqual({ L: consistent, K: consistent, A: anchored });
  expect(seen).toMatchObject({ L: { pinned: 'none', checkpoint: { signature: 'unchecked' } }, K: { pinned: 'given', checkpoint: { size: sizes.newest, signature: 'good' } }, A: { anchors: [{ outcome: 'fits', signature: 'good' }] } });
});

describe('noticed by everyone', () => {
  it('a header edited, hashes left alone', async () => {
    const seen = await noticed((forger) => forger.sql(`UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = ${target};`));
    expect(seen).toEqual(everyone(broken('edited', { seq: target, trustworthyBelow: target, restsOn: { kind: 'list', size: sizes.newest } })));
  });
  it('a header edited and all later hashes recomputed, checkpoints left; the list of leaves left, too', async () => {
    const seen = await noticed((forger) => forger.rewrite(target, (header) => (header.seq === target ? warned(header) : header)));
    expect(seen).toEqual(everyone(broken('edited', { seq: target, kinds: [{ what: 'edited', first: target, count: entries - target }] })));
  });
  it('the same with the whole tree recomputed: the root is not the signed one, and the checkpoint before narrows it down', async () => {
    const place = sizes.early + 3;
    const seen = await noticed((forger) => {
      forger.rewrite(place, (header) => (header.seq === place ? warned(header) : header));
      forger.sql(`UPDATE facts SET level = 4 WHERE seq = ${place};`);
      forger.rebuildTree();
    });
    expect(seen).toEqual(everyone(broken('edited', { seq: sizes.early, trustworthyBelow: sizes.early, restsOn: { kind: 'checkpoint', size: sizes.early } })));
  });
  it('a payload edited, or exchanged for another', async () => {
    expect(await noticed((forger) => forger.sql(`UPDATE payloads SET body = '{"what":"better"}' WHERE seq = ${target};`))).toEqual(everyone(broken('edited', { seq: target })));
    const swap = `UPDATE payloads SET seq = -1 WHERE seq = ${target}; UPDATE payloads SET seq = ${target} WHERE seq = ${target - 1}; UPDATE payloads SET seq = ${target - 1} WHERE seq = -1;`;
    expect(await noticed((forger) => forger.sql(swap))).toEqual(everyone(broken('payload-swapped', { seq: target - 1 })));
  });
  it('an entry taken out, with the rest left or moved up', async () => {
    expect(await noticed((forger) => forger.removeEntry(target))).toEqual(everyone(broken('removed', { seq: target, trustworthyBelow: target })));
    expect(await noticed((forger) => { forger.removeEntry(target); forger.shift(target + 1, -1); })).toEqual(everyone(broken('removed', { seq: target })));
  });
  it('an entry put in', async () => {
    const seen = await noticed((forger) => {
      forger.shift(target, 1);
      const before = `WHERE seq = ${target - 1}`;
      forger.sql(`INSERT INTO entries SELECT ${target}, hash, replace(header, '"level":"info"', '"level":"error"') FROM entries ${before};
        CREATE TEMP TABLE one AS SELECT * FROM facts ${before}; UPDATE one SET seq = ${target}, id = X'${'ab'.repeat(16)}'; INSERT INTO facts SELECT * FROM one;`);
    });
    expect(seen).toEqual(everyone(broken('inserted', { seq: target })));
  });
  it('two entries exchanged', async () => {
    expect(await noticed((forger) => forger.swap(target, target + 7))).toEqual(everyone(broken('reordered', { seq: target })));
  });
  it('several of these at once, each named with where it begins', async () => {
    const seen = await noticed((forger) => {
      forger.removeEntry(target + 20);
      forger.swap(target + 30, target + 32);
      forger.sql(`UPDATE entries SET header = replace(header, '"level":"info"', '"level":"warn"') WHERE seq = ${target};`);
    });
    expect(seen).toEqual(everyone(broken('edited', { seq: target, kinds: [{ what: 'edited', first: target, count: 1 }, { what: 'removed', first: target + 20, count: 1 }, { what: 'reordered', first: target + 30, count: 2 }] })));
  });
  it('a payload deleted without an erasure', async () => {
    expect(await noticed((forger) => forger.sql(`DELETE FROM payloads WHERE seq = ${target};`))).toEqual(everyone(broken('payload-missing', { seq: target })));
  });
  it('a record presented without any seal: there is no evidence, and that is no pass', async () => {
    expect(await noticed((forger) => forger.sql('DELETE FROM checkpoints;'))).toEqual(everyone({ kind: 'missing' }));
  });
});

describe('shown to everyone, for nobody can prevent it', () => {
  it('a false erasure by someone in control: it stands in the record, dated, and stays', async () => {
    const seen = await noticed((forger, path) => {
      const event = withLog(path, (log) => log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [target], reason: 'request', basis: 'LGPD 18 VI' } }).seq);
      forger.sql(`DELETE FROM payloads WHERE seq = ${target}; INSERT INTO erased (seq, event) VALUES (${target}, ${event});`);
    });
    const erased = expect.objectContaining({ erased: 1 });
    expect(seen).toEqual({ L: expect.objectContaining({ kind: 'consistent', payloads: erased }), K: expect.objectContaining({ kind: 'consistent', payloads: erased }), A: expect.objectContaining({ kind: 'anchored', payloads: erased }) });
    withLog(join(folder, 'copy-A'), (log) => expect(log.show(target).entry.payloadState).toBe('erased'));
  });
});

describe('noticed only with a checkpoint kept elsewhere', () => {
  it('cut back to an older checkpoint, the newer ones deleted', async () => {
    const seen = await noticed((forger) => {
      forger.truncate(sizes.middle);
      forger.sql(`DELETE FROM checkpoints WHERE size > ${sizes.middle};`);
    });
    expect(seen).toEqual({ L: consistent, K: consistent, A: expect.objectContaining({ kind: 'behind', entries: sizes.middle, anchors: [expect.objectContaining({ size: sizes.newest, outcome: 'ahead' })] }) });
  });
  it('the whole home rolled back to a backup', async () => {
    expect(await noticed(() => undefined, backup)).toEqual({ L: consistent, K: consistent, A: expect.objectContaining({ kind: 'behind' }) });
  });
  it('rolled back and continued: behind while it is shorter, two histories from then on', async () => {
    const grown = join(folder, 'grown');
    cpSync(backup, grown, { recursive: true });
    const continueTo = async (size: number): Promise<void> => {
      const log = openLog(optionsOf(grown));
      await optionsOf(grown).keys.load();
      while (log.entries() < size) log.append({ action: 'app.measured', category: 'app', payload: { what: 'another story', i: log.entries() } });
      await log.checkpoints.signNow();
      log.close();
    };
    await continueTo(sizes.newest - 3);
    expect(await noticed(() => undefined, grown)).toEqual({ L: consistent, K: consistent, A: expect.objectContaining({ kind: 'behind' }) });
    await continueTo(sizes.newest + 20);
    expect(await noticed(() => undefined, grown)).toEqual({ L: consistent, K: consistent, A: broken('forked') });
  });
  it('everything written anew and sealed with the stolen key', async () => {
    const seeds = await createSecrets({ ...ports, keyring, homePath: home, homeId, environment: {} }).signingSeeds();
    const seen = await noticed((forger) => {
      forger.rewrite(target, (header) => (header.seq === target ? warned(header) : header));
      forger.sql(`UPDATE facts SET level = 4 WHERE seq = ${target};`);
      forger.rebuildTree();
      forger.sealAgain(Buffer.from(seeds[0]?.seed as Uint8Array));
    });
    expect(seen).toEqual({ L: consistent, K: consistent, A: broken('forked', { trustworthyBelow: 0 }) });
  });
  it('one log shown to one person and another to the other, when the two compare', async () => {
    const theirs = withLog(join(folder, 'grown'), (log) => log.checkpoints.latest()?.note as string);
    expect(await noticed(() => undefined, home, theirs)).toEqual({ L: consistent, K: consistent, A: expect.objectContaining({ kind: expect.stringMatching(/behind|broken/) }) });
    const early = withLog(join(folder, 'grown'), (log) => log.checkpoints.list({ limit: 10 }).find(({ size }) => size <= sizes.newest && size > sizes.early)?.note as string);
    expect(await noticed(() => undefined, home, early)).toEqual({ L: consistent, K: consistent, A: broken('forked') });
  });
});

it('noticed from K on: everything written anew and sealed with a new key', async () => {
  const seen = await noticed((forger) => {
    forger.rewrite(target, (header) => (header.seq === target ? warned(header) : header));
    forger.sql(`UPDATE facts SET level = 4 WHERE seq = ${target};`);
    forger.rebuildTree();
    forger.sealAgain(Buffer.alloc(32, 77));
  });
  expect(seen).toEqual({ L: consistent, K: broken('foreign-key', { seq: 0, trustworthyBelow: 0 }), A: broken('foreign-key') });
});

describe('noticed by nobody', () => {
  it('entries cut off after the last checkpoint: they were never sealed', async () => {
    const seen = await noticed((forger) => forger.truncate(sizes.newest));
    expect(seen).toEqual({ L: consistent, K: consistent, A: anchored });
    expect(seen.A).toMatchObject({ entries: sizes.newest });
  });
  it('entries newer than the last anchor written anew with the stolen key', async () => {
    const seeds = await createSecrets({ ...ports, keyring, homePath: home, homeId, environment: {} }).signingSeeds();
    const older = withLog(home, (log) => log.checkpoints.list({ limit: 100 }).find(({ size }) => size === sizes.middle)?.note as string);
    const place = sizes.middle + 9;
    const seen = await noticed((forger) => {
      forger.rewrite(place, (header) => (header.seq === place ? warned(header) : header));
      forger.sql(`UPDATE facts SET level = 4 WHERE seq = ${place};`);
      forger.rebuildTree();
      forger.sealAgain(Buffer.from(seeds[0]?.seed as Uint8Array));
    }, home, older);
    expect(seen).toEqual({ L: consistent, K: consistent, A: anchored });
  });
  it('a time set back by whoever runs the computer: the order holds, and two anchors bound it', async () => {
    const seen = await noticed((_forger, path) => {
      const log = openLog({ ...optionsOf(path), clock: { ...ports.clock, now: () => Date.UTC(2001, 0, 1) } });
      log.append({ action: 'app.measured', category: 'app', payload: 'long ago' });
      log.close();
    });
    expect(seen).toEqual({ L: consistent, K: consistent, A: anchored });
    withLog(join(folder, 'copy-A'), (log) => {
      const { entry } = log.show(entries);
      expect(entry.ts).toBe('2001-01-01T00:00:00.000Z');
      expect(entry.seq).toBeGreaterThanOrEqual(sizes.newest);
    });
  });
  it('a lie, told in time', async () => {
    expect(await noticed((_forger, path) => withLog(path, (log) => void log.append({ action: 'app.measured', category: 'app', payload: { what: 'never happened' } })))).toEqual({ L: consistent, K: consistent, A: anchored });
  });
});

describe('one bit flipped', () => {
  it('anywhere in the file is damage, or leaves every entry, payload and seal as it was (seed 2027)', async () => {
    const copy = join(folder, 'flipped');
    cpSync(home, copy, { recursive: true });
    const path = join(copy, 'log.db');
    const bytes = readFileSync(path);
    const content = (forger: Pick<Forger, 'rows'>): string => JSON.stringify(['SELECT seq, hash, header FROM entries ORDER BY seq', 'SELECT seq, body, salt FROM payloads ORDER BY seq', 'SELECT size, note FROM checkpoints ORDER BY size', 'SELECT no, hex(hashes) FROM leaves ORDER BY no'].map((query) => forger.rows(query)));
    const reader = { rows: Forger.prototype.rows.bind({ path }) as Forger['rows'] };
    const original = content(reader);
    const random = createSeededRandom(2027);
    let noticedFlips = 0;
    for (let i = 0; i < 150; i++) {
      const at = Buffer.from(random.bytes(4)).readUInt32LE() % bytes.length;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << (i % 8));
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
      writeFileSync(path, flipped);
      const outcome = await verifyFile({ ...ports, machine: createMachine(), closing: new AbortController().signal }, { path, origin: `varve/${homeId}`, pins: { from: 'given', vkeys: [vkey] } }, () => undefined).catch((error: { code?: string }) => ({ kind: error.code ?? String(error) }));
      if (outcome.kind === 'consistent') expect(content(reader), `byte ${at}`).toBe(original);
      else {
        expect(['broken', 'HOME_TOO_NEW', 'EVIDENCE_MISSING'], `byte ${at}: ${JSON.stringify(outcome)}`).toContain(outcome.kind);
        noticedFlips += 1;
      }
    }
    expect(noticedFlips).toBeGreaterThan(40);
  });
});
