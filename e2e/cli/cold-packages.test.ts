// Cold packages as a person makes and uses them on the command line: the seven scenarios that the old scripts were tested by.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/contract/log.ts';
import { createHomeWorld, createWorld, type World } from './harness/world.ts';

let world: World;
let file: string;

interface Made {
  package: string;
  manifest: string;
  valid: boolean;
  events: number;
}

interface Manifest {
  files: { path: string; size: number; sha256: string }[];
  eventlog_summary: { total_events: number; total_segments: number; first_event_id: string | null; last_event_id: string | null; last_current_hash: string | null; snapshot_exists: boolean };
  chain_valid_at_backup: boolean;
}

const manifestOf = (made: Made): Manifest => JSON.parse(readFileSync(made.manifest, 'utf8')) as Manifest;

/** A folder of another program, with segments whose events name the one before. */
function oldFolder(name: string, change: (path: string) => void = () => undefined): string {
  const folder = world.path(name);
  mkdirSync(folder, { recursive: true });
  let previous: string | null = null;
  for (const segment of [1, 2]) {
    const events = [1, 2, 3].map((i) => {
      const event = { id: `${segment}-${i}`, previous_hash: previous, current_hash: createHash('sha256').update(`${segment}/${i}`).digest('hex') };
      previous = event.current_hash;
      return event;
    });
    writeFileSync(join(folder, `segment-00000${segment}.json`), JSON.stringify(segment === 1 ? events : { events }));
  }
  writeFileSync(join(folder, 'event-log-snapshot.json'), '{"state":1}');
  change(folder);
  return folder;
}

beforeAll(async () => {
  world = createWorld({});
  await world.well(['init', '--store', 'vault', '--json']);
  await world.well(['log', 'append', '--action', 'app.noted', '--payload', '{"text":"before the fire"}', '--json']);
  await world.well(['log', 'checkpoint', '--json']);
});
afterAll(() => world?.dispose());

describe('backup-frio', () => {
  it('basic: a package of the home, its report and its manifest', async () => {
    const made = (await world.well(['backup-frio', world.home, world.path('out'), '--json'])).json<Made>();
    file = made.package;
    expect(file).toMatch(/backup-eventlog-\d{8}-\d{6}(-\d+)?\.tar\.gz$/);
    const manifest = manifestOf(made);
    expect(manifest).toMatchObject({ chain_valid_at_backup: true, eventlog_summary: { total_events: made.events, total_segments: 1, snapshot_exists: true } });
    const spoken = await world.well(['backup-frio', world.home, world.path('out'), '--lang', 'pt']);
    expect(spoken.stdout).toMatch(/\[1\/5\] Integridade: a cadeia é válida[\s\S]*\[5\/5\] Total/);
  });

  it('manifest’s checksums: every file is as it says, checked by other programs', async () => {
    const folder = world.path('unpacked');
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', file, '-C', folder]);
    execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: folder });
    for (const { path, size, sha256 } of (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest).files) {
      const bytes = readFileSync(join(folder, path));
      expect([path, bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([path, size, sha256]);
    }
  });

  it('a folder of another program: packed as it is, its links checked', async () => {
    const made = (await world.well(['backup-frio', oldFolder('old'), world.path('out'), '--json'])).json<Made>();
    expect(manifestOf(made)).toMatchObject({ chain_valid_at_backup: true, eventlog_summary: { total_events: 6, total_segments: 2, first_event_id: '1-1', snapshot_exists: true } });
  });

  it('empty log: no events, nothing invented', async () => {
    const folder = oldFolder('empty', (path) => {
      for (const name of readdirSync(path)) rmSync(join(path, name));
      writeFileSync(join(path, 'segment-000001.json'), '[]');
    });
    const made = (await world.well(['backup-frio', folder, world.path('out'), '--json'])).json<Made>();
    expect(manifestOf(made).eventlog_summary).toMatchObject({ total_events: 0, first_event_id: null, last_current_hash: null, snapshot_exists: false });
  });

  it.each([
    ['a corrupted segment', 'segment-000002.json', '{"events":[{"id"'],
    ['a corrupted snapshot file', 'event-log-snapshot.json', '\u0000\u0001']
  ])('%s: packed all the same, said to be broken, with an exit code that tells', async (_what, name, content) => {
    const result = await world.run(['backup-frio', oldFolder(`broken-${name}`, (path) => writeFileSync(join(path, name), content)), world.path('out'), '--json']);
    expect(result.code).toBe(5);
    expect(manifestOf(result.json<Made>()).chain_valid_at_backup).toBe(false);
  });
});

describe('a package of a folder', () => {
  it('has one number of files, whoever is asked', async () => {
    const source = world.path('papers');
    mkdirSync(join(source, 'empty'), { recursive: true });
    writeFileSync(join(source, 'README.txt'), 'mine');
    writeFileSync(join(source, 'a'), 'a');
    linkSync(join(source, 'a'), join(source, 'a again'));
    symlinkSync('a', join(source, 'link'));
    const made = (await world.well(['package', 'create', '--folder', source, '--to', world.path('out'), '--format', 'tar.gz', '--json'])).json<{ package: { path: string; files: number } }>().package;
    const [listed] = (await world.well(['package', 'list', '--kind', 'folder', '--json'])).json<{ files: number }[]>();
    const { files: checked } = (await world.well(['package', 'verify', made.path, '--json'])).json<{ files: number }>();
    const { files: unpacked } = (await world.well(['package', 'unpack', made.path, world.path('papers back'), '--json'])).json<{ files: number }>();
    expect([made.files, listed?.files, checked, unpacked]).toEqual([4, 4, 4, 4]);
  });
});

describe('restoring', () => {
  it('into a clean folder: a new record that cites the old one, which lies beside it and verifies', async () => {
    const target = world.path('clean');
    const report = (await world.well(['package', 'restore', file, '--to', target, '--old-home-unsure', '--store', 'vault', '--json'])).json<{ earlier: { id: string }; homeId: string; verdict: { kind: string } }>();
    expect(report.verdict.kind).toBe('consistent');
    const earlier = ['--earlier', report.earlier.id];
    const there = readdirSync(join(target, 'earlier', report.earlier.id));
    await world.well(['--home', target, 'log', 'verify', ...earlier, '--json']);
    expect((await world.well(['--home', target, 'log', 'list', ...earlier, '--json'])).stdout).toContain('before the fire');
    expect((await world.run(['--home', target, 'log', 'show', '1', '--open', ...earlier])).code).toBe(2);
    expect(readdirSync(join(target, 'earlier', report.earlier.id))).toEqual(there); // nothing was written beside it
    await world.well(['--home', target, 'log', 'verify', '--json']);
  });

  it('and go on working: in place of the damaged home, with the keys that lie there; nothing is thrown away', async () => {
    const before = readFileSync(join(world.home, 'keys.json'));
    writeFileSync(join(world.home, 'log.db'), 'burnt');
    for (const ending of ['-wal', '-shm']) rmSync(join(world.home, `log.db${ending}`), { force: true });
    expect((await world.run(['package', 'restore', file, '--old-home-gone', '--json'])).code).not.toBe(0);
    const report = (await world.well(['package', 'restore', file, '--old-home-gone', '--replace', '--json'])).json<{ movedAside: string; continued: boolean }>();
    expect(report.continued).toBe(true);
    expect(readFileSync(join(report.movedAside, 'log.db'), 'utf8')).toBe('burnt');
    expect(readFileSync(join(world.home, 'keys.json'))).toEqual(before);
    await world.well(['log', 'append', '--action', 'app.noted', '--payload', '{"text":"after the fire"}', '--json']);
    expect((await world.well(['log', 'verify', '--json'])).json<{ kind: string }>().kind).toBe('consistent');
    expect((await world.well(['log', 'list', '--json'])).stdout).toContain('log.restored');
  });

  it('a damaged record recovers from the package, and says so', async () => {
    writeFileSync(join(world.home, 'log.db'), 'burnt again');
    for (const ending of ['-wal', '-shm']) rmSync(join(world.home, `log.db${ending}`), { force: true });
    await world.well(['log', 'recover', '--from', file, '--dry-run', '--json']);
    expect(readFileSync(join(world.home, 'log.db'), 'utf8')).toBe('burnt again');
    const report = (await world.well(['log', 'recover', '--from', file, '--json'])).json<{ keptAs: string; verdict: { kind: string } }>();
    expect(report.verdict.kind).toBe('consistent');
    expect(existsSync(report.keptAs)).toBe(true);
    expect((await world.well(['log', 'list', '--json'])).stdout).toContain('log.recovered');
  });
});

describe('kill -9', () => {
  /** How often each is killed. */
  const rounds = process.env['VARVE_LONG'] === '1' ? 40 : 4;
  /** Kills it after a while, later each time, so that every part of it is met; true when it was still at work. */
  const killed = async (args: string[], env: Record<string, string>, afterMs: number): Promise<boolean> => {
    const running = world.start(args, { env });
    const timer = setTimeout(() => running.child.kill('SIGKILL'), afterMs);
    const { code } = await running.done;
    clearTimeout(timer);
    return code === null || code === 137;
  };

  it('of a restore leaves no half home under the name, and the next try makes it whole', async () => {
    let met = 0;
    for (let round = 0; round < rounds; round++) {
      const home = world.path(`killed-${round}`);
      // Every other time a program has waited there for a home, and left its lease.
      const held = round % 2 === 1;
      if (held) mkdirSync(join(home, 'run'), { recursive: true });
      if (await killed(['package', 'restore', file, '--to', home, '--old-home-unsure', '--store', 'vault', '--json'], {}, 300 + (900 * round) / rounds)) met += 1;
      if (existsSync(home) && !held) expect(existsSync(join(home, 'varve-home.json'))).toBe(true);
      if (!existsSync(join(home, 'varve-home.json'))) await world.well(['package', 'restore', file, '--to', home, '--old-home-unsure', '--store', 'vault', '--json']);
      await world.well(['log', 'verify', '--json'], { env: { VARVE_HOME: home } });
      expect(readdirSync(world.path()).filter((name) => name.includes(`killed-${round}.restoring`))).toEqual([]);
    }
    expect(met).toBeGreaterThan(0);
  });

  it('of a recovery loses nothing: the damaged file is there, and the next try ends it', async () => {
    const home = world.path('killed-0');
    const env = { VARVE_HOME: home };
    const packed = (await world.well(['package', 'create', '--to', world.path('killed-out'), '--json'], { env })).json<{ package: { path: string } }>().package.path;
    let met = 0;
    for (let round = 0; round < rounds; round++) {
      const burnt = `burnt in round ${round}`;
      writeFileSync(join(home, 'log.db'), burnt);
      for (const ending of ['-wal', '-shm']) rmSync(join(home, `log.db${ending}`), { force: true });
      if (await killed(['log', 'recover', '--from', packed, '--json'], env, 300 + (900 * round) / rounds)) met += 1;
      if ((await world.run(['log', 'verify', '--json'], { env })).code !== 0) await world.well(['log', 'recover', '--from', packed, '--json'], { env });
      await world.well(['log', 'verify', '--json'], { env });
      const kept = readdirSync(home).filter((name) => name.startsWith('log.db.damaged-') && !/-(wal|shm)$/.test(name));
      expect(kept.map((name) => readFileSync(join(home, name), 'utf8'))).toContain(burnt);
    }
    expect(met).toBeGreaterThan(0);
  });
});

describe('the package that is made when Varve ends', () => {
  let served: World;
  const packages = (): string[] => (existsSync(join(served.home, 'backups')) ? readdirSync(join(served.home, 'backups')) : []).filter((name) => name.endsWith('.tar.gz')).sort();
  const set = (wanted: object): void => writeFileSync(join(served.home, 'settings.json'), JSON.stringify({ version: 1, packages: wanted }));
  const note = (): Promise<unknown> => served.well(['log', 'append', '--action', 'app.noted', '--json']);
  /** As a service manager does it. */
  const serveAndEnd = async (): Promise<string[]> => {
    const running = served.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: 'a-token-for-this-test-only' } });
    await running.shown('Varve serves');
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.done;
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('failed') as string]);
    return packages();
  };

  beforeAll(async () => {
    served = await createHomeWorld({ unlocked: true }); // a checkpoint is signed first
  });
  afterAll(() => served?.dispose());

  it('is of the record, whole, and not made again until there is news', async () => {
    const [name = '', ...more] = await serveAndEnd();
    expect([name, more]).toEqual([expect.stringMatching(/^backup-eventlog-\d{8}-\d{6}\.tar\.gz$/) as string, []]);
    const path = join(served.home, 'backups', name);
    const { events, lastEventId, chainValid, verdict } = (await served.well(['package', 'verify', path, '--json'])).json<{ log: { events: number; lastEventId: string; chainValid: boolean; verdict: Verdict } }>().log;
    const manifest = JSON.parse(execFileSync('tar', ['-xzOf', path, 'manifest.json'], { encoding: 'utf8' })) as Manifest;
    expect(manifest.eventlog_summary).toMatchObject({ total_events: events, last_event_id: lastEventId });
    expect([chainValid, manifest.chain_valid_at_backup]).toEqual([true, true]);
    expect(verdict).toMatchObject({ kind: 'consistent', checkpoint: { size: events } });
    // The record goes on behind it.
    expect((await served.well(['log', 'show', String(events - 1), '--json'])).json<{ header: { id: string } }>().header.id).toBe(lastEventId);
    expect(await serveAndEnd()).toEqual([name]);
  });

  it('is not made where the settings do not want it, and the newest so many stay', async () => {
    const [first = ''] = packages();
    await note();
    set({ onQuit: false });
    expect(await serveAndEnd()).toEqual([first]);
    set({ keep: 2 });
    const [, second = ''] = await serveAndEnd();
    await note();
    const last = await serveAndEnd();
    expect(last).toHaveLength(2);
    expect([last[0], last.includes(first)]).toEqual([second, false]);
    expect(readdirSync(join(served.home, 'backups')).filter((file) => file.includes(first.slice(0, -'.tar.gz'.length)))).toEqual([]);
  });
});
