import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createMemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createSeededRandom, createTestClock, testHomeId } from '../log/testing.ts';
import { parseNote, parseVkey, verifyCosignature } from '../log/note/index.ts';
import type { Files } from '../ports.ts';
import { initWitness, openWitness, originHash, type Witness, type WitnessDeps } from './index.ts';
import { createToyLog } from './testing.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-witness-'));
  path = join(folder, 'stick');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = createToyLog({ fromLeaf: 5 });
const other = createToyLog({ word: 'b', fromLeaf: 5 });

function createDeps(files: Files = createNodeFiles()): WitnessDeps & { clock: ReturnType<typeof createTestClock> } {
  return { files, random: createSeededRandom(11), clock: createTestClock(), keyring: createMemoryKeyring() };
}

async function plainWitness(deps = createDeps()): Promise<Witness> {
  await initWitness(deps, { path, name: 'stick.example', place: { kind: 'plain' } });
  const witness = openWitness(deps, path);
  witness.trust(log.vkey);
  await witness.unlock(undefined);
  return witness;
}

/** The cosignatures in an answer, checked as a log would. */
function cosignatures(witness: Witness, note: string, lines: string): ReturnType<typeof verifyCosignature> {
  return verifyCosignature(parseNote(note + lines), [parseVkey(witness.vkey)]);
}

describe('cosigning', () => {
  it('answers with a cosignature that verifies, dated by its own clock', async () => {
    const deps = createDeps();
    const witness = await plainWitness(deps);
    const answer = witness.add(log.request(0, 5));
    expect(answer).toMatchObject({ status: 200, size: 5, origin: log.origin });
    if (answer.status === 200) expect(cosignatures(witness, log.note(5), answer.lines)).toEqual([expect.objectContaining({ name: 'stick.example', atSeconds: deps.clock.now() / 1000 })]);
  });

  it('goes on from where it was when it is opened again', async () => {
    await plainWitness();
    for (const [from, to, status] of [[0, 5, 200], [5, 9, 200], [5, 9, 409], [9, 9, 200]] as const) {
      const again = openWitness(createDeps(), path);
      await again.unlock(undefined);
      expect(again.add(log.request(from, to)).status).toBe(status);
    }
    expect(openWitness(createDeps(), path).view().logs).toEqual([expect.objectContaining({ origin: log.origin, size: 9, forks: [] })]);
  });

  it('keeps a fork word for word: both signed checkpoints of one size', async () => {
    const witness = await plainWitness();
    witness.add(log.request(0, 9));
    for (let again = 0; again < 2; again++) expect(witness.add(other.request(9, 9))).toMatchObject({ status: 409, reason: 'fork' });
    const [known] = witness.view().logs;
    expect(known?.forks).toHaveLength(1);
    expect(known?.forks[0]?.refused).toBe(other.note(9));
    expect(known?.forks[0]?.cosigned.startsWith(log.note(9))).toBe(true);
    expect(witness.add(log.request(9, 12)).status).toBe(200);
  });

  it('answers a request it cannot read with 400 and changes nothing', async () => {
    const witness = await plainWitness();
    witness.add(log.request(0, 5));
    const before = readFileSync(join(path, 'logs', `${originHash(log.origin)}.json`), 'utf8');
    expect(witness.add('old 5\n\nnonsense')).toMatchObject({ status: 400, reason: 'unreadable' });
    expect(readFileSync(join(path, 'logs', `${originHash(log.origin)}.json`), 'utf8')).toBe(before);
  });

  it('refuses every request in which one bit was changed', async () => {
    const deps = createDeps();
    const witness = await plainWitness(deps);
    witness.add(log.request(0, 7));
    const good = Buffer.from(log.request(7, 12), 'utf8');
    for (let bit = 0; bit < good.length * 8; bit++) {
      const changed = Buffer.from(good);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(witness.add(changed).status, `bit ${bit}`).not.toBe(200);
    }
    expect(witness.add(good).status).toBe(200);
  });

  it('gives a cosignature of which every changed bit is noticed', async () => {
    const witness = await plainWitness();
    const answer = witness.add(log.request(0, 7));
    const good = Buffer.from(answer.status === 200 ? answer.lines : '', 'utf8');
    for (let bit = 0; bit < good.length * 8; bit++) {
      const changed = Buffer.from(good);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => verifyCosignature(parseNote(Buffer.concat([Buffer.from(log.note(7), 'utf8'), changed])), [parseVkey(witness.vkey)]), `bit ${bit}`).toThrowError(expect.objectContaining({ name: 'BadNote' }));
    }
  });

  it('follows several logs apart from each other', async () => {
    const witness = await plainWitness();
    const second = createToyLog({ origin: 'varve/second', seed: 9 });
    expect(witness.add(second.request(0, 3))).toMatchObject({ status: 404 });
    expect(witness.trust(second.vkey)).toEqual({ origin: second.origin, added: true });
    expect(witness.trust(second.vkey)).toEqual({ origin: second.origin, added: false });
    expect(witness.add(second.request(0, 3)).status).toBe(200);
    expect(witness.add(log.request(0, 4)).status).toBe(200);
    expect(witness.view().logs.map(({ origin, size }) => [origin, size])).toEqual([[log.origin, 4], [second.origin, 3]]);
  });

  it('takes a second key of a log only from a person', async () => {
    const witness = await plainWitness();
    const changed = createToyLog({ seed: 9, fromLeaf: 5 });
    expect(witness.add(changed.request(0, 3))).toMatchObject({ status: 403 });
    witness.trust(changed.vkey);
    expect(witness.add(changed.request(0, 3)).status).toBe(200);
    expect(witness.add(log.request(3, 8)).status).toBe(200);
  });

  it('shows to anybody the last checkpoint it signed, and nothing of logs it does not follow', async () => {
    const witness = await plainWitness();
    expect(witness.latest(originHash(log.origin))).toBeUndefined();
    const answer = witness.add(log.request(0, 5));
    expect(witness.latest(originHash(log.origin))).toBe(log.note(5) + (answer.status === 200 ? answer.lines : ''));
    expect(witness.latest(originHash('varve/nobody'))).toBeUndefined();
  });
});

describe('its clock', () => {
  it('never signs with an earlier time than before, unless a person says the clock is right now', async () => {
    const deps = createDeps();
    const witness = await plainWitness(deps);
    deps.clock.advance(3_600_000);
    witness.add(log.request(0, 5));
    const early = { ...createDeps(), clock: createTestClock(deps.clock.now() - 1000) };
    const again = openWitness(early, path);
    await again.unlock(undefined);
    expect(() => again.add(log.request(5, 6))).toThrowError(expect.objectContaining({ code: 'WITNESS_CLOCK' }));
    expect(again.view().logs[0]?.size).toBe(5);
    expect(again.add(log.request(5, 6), { trustClock: true })).toMatchObject({ status: 200, atSeconds: Math.floor(early.clock.now() / 1000) });
  });
});

describe('its folder', () => {
  it('is stopped at any step of writing: what was answered is kept, and a second history never gets in', async () => {
    const whole = await plainWitness();
    whole.add(log.request(0, 9));
    const stick = path;
    for (let diesAt = 0, finished = false; !finished; diesAt++) {
      path = join(folder, `copy-${diesAt}`);
      cpSync(stick, path, { recursive: true });
      let writes = 0;
      const files = new Proxy(createNodeFiles(), {
        get(target, name: keyof Files) {
          const call = target[name] as (...args: unknown[]) => unknown;
          return (...args: unknown[]) => {
            if (['open', 'write', 'chmod', 'fsync', 'close', 'rename', 'fsyncFolder'].includes(name) && writes++ >= diesAt) throw new Error('the process is gone');
            return call.apply(target, args);
          };
        }
      });
      const dying = openWitness(createDeps(files), path);
      await dying.unlock(undefined);
      let answered = false;
      try {
        answered = dying.add(log.request(9, 12)).status === 200;
        finished = answered;
      } catch (error) {
        expect(String(error)).toContain('the process is gone');
      }
      const after = openWitness(createDeps(), path);
      await after.unlock(undefined);
      const size = after.view().logs[0]?.size;
      expect(size, `stop at ${diesAt}`).toBe(answered ? 12 : size === 12 ? 12 : 9);
      expect([409, 422]).toContain(after.add(other.request(9, 12)).status);
      expect(after.add(log.request(size ?? 0, 12)).status).toBe(200);
    }
  });

  it('says what is missing or changed instead of beginning anew', async () => {
    const witness = await plainWitness();
    witness.add(log.request(0, 5));
    const file = join(path, 'logs', `${originHash(log.origin)}.json`);
    const good = readFileSync(file, 'utf8');
    const changes: [string, () => void][] = [
      ['gone', () => rmSync(file)],
      ['empty', () => writeFileSync(file, '')],
      ['not JSON', () => writeFileSync(file, good.slice(0, -10))],
      ['an unknown field', () => writeFileSync(file, good.replace('"version"', '"more": 1, "version"'))],
      ['another log', () => writeFileSync(file, good.replace('"origin": "varve/toy"', '"origin": "varve/other"'))],
      ['another size', () => writeFileSync(file, good.replace('\\n5\\n', '\\n4\\n'))],
      ['its own signature gone', () => writeFileSync(file, JSON.stringify({ ...(JSON.parse(good) as object), latest: log.note(5) }))]
    ];
    for (const [what, change] of changes) {
      writeFileSync(file, good);
      change();
      expect(() => witness.add(log.request(5, 9)), what).toThrowError(expect.objectContaining({ code: 'WITNESS_DAMAGED' }));
      expect(() => witness.view(), what).toThrowError(expect.objectContaining({ code: 'WITNESS_DAMAGED' }));
    }
    writeFileSync(file, good);
    expect(witness.add(log.request(5, 9)).status).toBe(200);
  });

  it('refuses a key or a file that is not its own', async () => {
    const deps = createDeps();
    await plainWitness(deps);
    const file = join(path, 'witness.json');
    const good = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const elsewhere = join(folder, 'elsewhere');
    await initWitness({ ...deps, random: createSeededRandom(12) }, { path: elsewhere, name: 'stick.example', place: { kind: 'plain' } });
    const foreign = JSON.parse(readFileSync(join(elsewhere, 'witness.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...good, key: foreign['key'] }));
    await expect(openWitness(deps, path).unlock(undefined)).rejects.toMatchObject({ code: 'WITNESS_DAMAGED' });
    writeFileSync(file, JSON.stringify({ ...good, name: 'another' }));
    expect(() => openWitness(deps, path)).toThrowError(expect.objectContaining({ code: 'WITNESS_DAMAGED' }));
    expect(() => openWitness(deps, join(folder, 'nothing'))).toThrowError(expect.objectContaining({ code: 'WITNESS_MISSING' }));
    await expect(initWitness(deps, { path, name: 'stick.example', place: { kind: 'plain' } })).rejects.toMatchObject({ code: 'CONFLICT' });
    for (const name of ['', 'Ada', 'a b', 'a+b', 'ä', '.a', 'a\nb']) await expect(initWitness(deps, { path: join(folder, 'x'), name, place: { kind: 'plain' } }), name).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('trusts only keys of logs', async () => {
    const witness = await plainWitness();
    for (const text of [witness.vkey, 'nonsense', `${log.vkey}x`, '']) expect(() => witness.trust(text), text).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => witness.trust(log.vkey, 'a\nb')).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('makes others wait while one works in it, and lets go when that one ends', async () => {
    const witness = await plainWitness();
    const holder = new Database(join(path, 'lock.db'));
    holder.exec('BEGIN EXCLUSIVE');
    expect(() => witness.add(log.request(0, 5), { waitMs: 20 })).toThrowError(expect.objectContaining({ code: 'WITNESS_BUSY' }));
    holder.close();
    expect(witness.add(log.request(0, 5)).status).toBe(200);
  });

  it('two processes at once never sign two histories', async () => {
    const rounds = 40;
    await plainWitness();
    const witness = openWitness(createDeps(), path);
    for (let round = 0; round < rounds; round++) witness.trust(createToyLog({ origin: `varve/race-${round}` }).vkey);
    const program = fileURLToPath(new URL('./cosign.child.ts', import.meta.url));
    const won = await Promise.all(
      ['a', 'b'].map(
        (word) =>
          new Promise<number[]>((resolve, reject) => {
            const child = spawn(process.execPath, [program, path, word, String(rounds)], { stdio: ['ignore', 'pipe', 'pipe'] });
            let out = '';
            let errors = '';
            child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
            child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
            child.on('exit', (code) => (code === 0 ? resolve(JSON.parse(out) as number[]) : reject(new Error(errors))));
          })
      )
    );
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: rounds }, (_, round) => round));
  });
});

describe('its seed', () => {
  it('under a passphrase is nowhere on the stick, and opens with that passphrase only', async () => {
    const seed = createSeededRandom(11).bytes(32);
    const deps = createDeps();
    await expect(initWitness(deps, { path, name: 'stick.example', place: { kind: 'passphrase', passphrase: 'short' } })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await initWitness({ ...deps, random: createSeededRandom(11) }, { path, name: 'stick.example', place: { kind: 'passphrase', passphrase: 'correct horse battery' } });
    const witness = openWitness(deps, path);
    witness.trust(log.vkey);
    expect(() => witness.add(log.request(0, 3))).toThrowError(expect.objectContaining({ code: 'WITNESS_LOCKED' }));
    await expect(witness.unlock(undefined)).rejects.toMatchObject({ code: 'WITNESS_LOCKED' });
    await expect(witness.unlock('correct horse batterx')).rejects.toMatchObject({ code: 'WITNESS_WRONG_PASSPHRASE' });
    await witness.unlock('correct horse battery');
    expect(witness.add(log.request(0, 3)).status).toBe(200);
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(path, name)).isDirectory()) continue;
      const bytes = readFileSync(join(path, name));
      for (const form of [Buffer.from(seed), Buffer.from(Buffer.from(seed).toString('base64')), Buffer.from(Buffer.from(seed).toString('hex'))]) expect(bytes.includes(form), name).toBe(false);
    }
  });

  it('in the keyring is found there again, and its loss is no reason for a new one', async () => {
    const deps = createDeps();
    await initWitness(deps, { path, name: 'stick.example', place: { kind: 'keyring', homeId: testHomeId } });
    const witness = openWitness(deps, path);
    expect([witness.needsPassphrase, witness.view().key]).toEqual([false, 'keyring']);
    await witness.unlock(undefined);
    await expect(openWitness(createDeps(), path).unlock(undefined)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
  });

  it('lies open only where a person said so, and the file says it', async () => {
    await plainWitness();
    expect(JSON.parse(readFileSync(join(path, 'witness.json'), 'utf8'))).toMatchObject({ key: { kind: 'plain', warning: expect.stringContaining('--no-passphrase') } });
    expect(statSync(join(path, 'witness.json')).mode & 0o777).toBe(0o600);
  });
});
