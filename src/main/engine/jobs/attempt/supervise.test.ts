import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { ChildRequest, Files, Processes } from '../../ports.ts';
import { createFaultyFiles } from '../../testing/faulty-files.ts';
import { createFakeClock, createSeededRandom, type FakeClock } from '../../testing/index.ts';
import type { AttemptResult, ShimRequest } from './protocol.ts';
import { supervise } from './supervise.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Played {
  clock: FakeClock;
  folder: string;
  result: Promise<AttemptResult>;
  child: ChildRequest;
  /** What was sent to the group, with the time in seconds since the start. */
  signals: string[];
  /** Something of the group lives; set by the test. */
  group: { alive: boolean };
  /** It has ended, and the system has not told anybody yet; set by the test. */
  ended: { unheard: boolean };
  /** The system says that it shuts down. */
  shutDown(): void;
  /** Lets time pass in steps, as a computer that is awake does. */
  pass(ms: number): Promise<void>;
  exit(code: number | null, signal?: string | null): void;
  ask(value: unknown): void;
  state(): unknown;
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** A program that is only played: it ends, dies of signals and writes as the test says. */
async function play(request: Partial<ShimRequest> = {}, options: { files?: Files; diesOf?: (signal: string) => boolean } = {}): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'varve-supervise-'));
  folders.push(folder);
  const clock = createFakeClock();
  const startedAt = clock.now();
  const group = { alive: true };
  const signals: string[] = [];
  const ended = { unheard: false };
  let child: ChildRequest | undefined;
  let shutDown = (): void => {};
  const exit = (code: number | null, signal: string | null = null, alive = false): void => {
    group.alive = alive;
    child?.onExit({ code, signal });
    child?.onClosed();
  };
  const processes: Processes = {
    pid: 10,
    startShim: () => Promise.reject(new Error('not here')),
    startChild: async (given) => {
      child = given;
      return { pid: 20, drop: () => {} };
    },
    identityOf: async (pid) => ({ pid, startTime: `start-${pid}`, bootId: 'boot' }),
    bootId: async () => 'boot',
    alive: async () => !ended.unheard,
    groupAlive: async () => group.alive,
    signalGroup: async (number, signal) => {
      signals.push(`${signal} ${number} at ${(clock.now() - startedAt) / 1000}`);
      if (options.diesOf?.(signal)) exit(null, signal);
      return true;
    },
    withEnvironment: async () => []
  };
  const whole: ShimRequest = { runId: 'run-1', attempt: 1, argv: ['job'], folder: '/', environment: { A: '1' }, secrets: [], timeoutMs: 0, idleTimeoutMs: 0, stopSignal: 'SIGTERM', graceMs: 10_000, token: 'right', output: folder, ...request };
  const result = supervise({ files: options.files ?? createNodeFiles(), clock, random: createSeededRandom('shim'), processes, onShutdown: (listener) => (shutDown = listener) }, whole);
  void result.catch(() => {});
  await settle();
  return {
    clock,
    folder,
    result,
    get child() {
      return child as ChildRequest;
    },
    signals,
    group,
    ended,
    shutDown: () => shutDown(),
    async pass(ms) {
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(Math.min(250, left));
        await settle();
      }
    },
    exit,
    ask: (value) => writeFileSync(join(folder, 'control.json'), JSON.stringify(value)),
    state: () => (existsSync(join(folder, 'state.json')) ? JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) : undefined)
  };
}

const dies = { diesOf: (signal: string): boolean => signal === 'SIGTERM' };

describe('an attempt that ends by itself (6.1)', () => {
  it('has its exit, its times and its lines in the result, and the same on the disk', async () => {
    const played = await play();
    expect(JSON.parse(readFileSync(join(played.folder, 'identity.json'), 'utf8'))).toMatchObject({ shim: { pid: 10, bootId: 'boot' }, child: { pid: 20, startTime: 'start-20' }, group: 20 });
    played.child.onOutput('out', Buffer.from('fine\n'));
    played.child.onOutput('err', Buffer.from('error: not so fine\n'));
    await played.pass(90_000);
    played.exit(3);
    await played.pass(1_000);
    const result = await played.result;
    expect(result).toMatchObject({ exit: { code: 3, signal: null }, spawnError: null, bytes: { out: 5, err: 19 }, lines: 2, firstErrorSeq: 1, stoppedBy: null, killed: false, leftBehind: false, captureFault: null, report: null });
    expect(result.activeMs).toBeGreaterThanOrEqual(90_000);
    expect(JSON.parse(readFileSync(join(played.folder, 'result.json'), 'utf8'))).toEqual(result);
    expect(statSync(join(played.folder, 'result.json')).mode & 0o777).toBe(0o600);
  });

  it('gets exactly the chosen environment, and what only the attempt knows (2.8, 5.4)', async () => {
    const played = await play({ secretFiles: [{ name: 'key', variable: 'KEY_FILE', value: 'file secret' }] });
    expect(played.child.environment).toEqual({ A: '1', VARVE_RUN_ID: 'run-1', VARVE_ATTEMPT: '1', VARVE_RESULT_FILE: join(played.folder, 'report.json'), KEY_FILE: join(played.folder, 'secret-files/key') });
    played.exit(0);
    await played.result;
  });

  it('has what it says of its work in the result, masked, and its file is gone', async () => {
    const played = await play({ secrets: [{ name: 'TOKEN', value: 'hunter2hunter2' }] });
    writeFileSync(played.child.environment['VARVE_RESULT_FILE'] as string, '{"items":7,"metrics":{"rows":9}}');
    played.exit(0);
    expect(await played.result).toMatchObject({ report: { items: 7, metrics: { rows: 9 } }, reportFault: null });
    expect(readdirSync(played.folder).sort()).toEqual(['identity.json', 'result.json']);
    for (const [text, reportFault] of [['{"metrics":{"hunter2hunter2":1}}', 'not_in_form'], [`"${'x'.repeat(70_000)}"`, 'too_large'], ['{', 'not_json']] as const) {
      const other = await play({ secrets: [{ name: 'TOKEN', value: 'hunter2hunter2' }] });
      writeFileSync(other.child.environment['VARVE_RESULT_FILE'] as string, text);
      other.exit(0);
      expect(await other.result).toMatchObject({ exit: { code: 0 }, report: null, reportFault });
    }
  });

  it('does not wait for those who hold its pipes, says that it left something behind, and lets it alone', async () => {
    const played = await play();
    played.child.onExit({ code: 0, signal: null });
    played.child.onOutput('out', Buffer.from('late\n'));
    await played.pass(2_000);
    expect(await played.result).toMatchObject({ exit: { code: 0 }, lines: 1, leftBehind: true, stoppedBy: null });
    expect(played.signals).toEqual([]);
  });
});

describe('the stop sequence (5.1, 5.2)', () => {
  it('asks with the chosen signal, waits for the grace, kills the group', async () => {
    const played = await play({ stopSignal: 'SIGINT', graceMs: 3_000 }, { diesOf: (signal) => signal === 'SIGKILL' });
    await played.pass(1_000);
    played.ask({ token: 'right', ask: 'stop' });
    await played.pass(5_000);
    expect(played.signals).toEqual(['SIGINT 20 at 1.25', 'SIGKILL 20 at 4.25']);
    expect(await played.result).toMatchObject({ exit: { code: null, signal: 'SIGKILL' }, stoppedBy: 'stop', killed: true });
  });

  it('does not kill what ends within the grace', async () => {
    const played = await play({}, dies);
    played.ask({ token: 'right', ask: 'stop' });
    await played.pass(1_000);
    expect(await played.result).toMatchObject({ exit: { signal: 'SIGTERM' }, stoppedBy: 'stop', killed: false });
    expect(played.signals).toHaveLength(1);
  });

  it('is not over while a process of the group lives, and kills that too', async () => {
    const played = await play({ graceMs: 2_000 });
    played.ask({ token: 'right', ask: 'stop' });
    await played.pass(500);
    played.child.onExit({ code: 0, signal: null });
    played.child.onClosed();
    await played.pass(1_000);
    expect(existsSync(join(played.folder, 'result.json'))).toBe(false);
    await played.pass(1_500);
    expect(played.signals.map((text) => text.split(' ')[0])).toEqual(['SIGTERM', 'SIGKILL']);
    played.group.alive = false;
    await played.pass(500);
    expect(await played.result).toMatchObject({ exit: { code: 0 }, stoppedBy: 'stop', killed: true, leftBehind: false });
  });

  it('says that it is stuck 5 s after the kill, and never claims an end before there is one', async () => {
    const played = await play({ graceMs: 1_000 });
    played.ask({ token: 'right', ask: 'stop' });
    await played.pass(1_500);
    expect(played.state()).toEqual({ phase: 'stopping', cause: 'stop', stuck: false });
    await played.pass(5_250);
    expect(played.state()).toEqual({ phase: 'stopping', cause: 'stop', stuck: true });
    await played.pass(600_000);
    expect(existsSync(join(played.folder, 'result.json'))).toBe(false);
    played.exit(null, 'SIGKILL');
    await played.pass(500);
    expect(await played.result).toMatchObject({ stoppedBy: 'stop', killed: true });
    expect(played.state()).toMatchObject({ stuck: false });
  });

  it('kills at once by force, also what was asked gently before', async () => {
    const forced = await play({}, { diesOf: (signal) => signal === 'SIGKILL' });
    forced.ask({ token: 'right', ask: 'force' });
    await forced.pass(500);
    expect(forced.signals).toEqual(['SIGKILL 20 at 0.25']);
    expect(await forced.result).toMatchObject({ stoppedBy: 'force', killed: true });
    const later = await play({}, { diesOf: (signal) => signal === 'SIGKILL' });
    later.ask({ token: 'right', ask: 'stop' });
    await later.pass(500);
    later.ask({ token: 'right', ask: 'force' });
    await later.pass(500);
    expect(later.signals.map((text) => text.split(' ')[0])).toEqual(['SIGTERM', 'SIGKILL']);
    expect(await later.result).toMatchObject({ stoppedBy: 'stop', killed: true });
  });

  it('leaves an exit before the first signal its own result (4)', async () => {
    const played = await play();
    played.child.onExit({ code: 0, signal: null });
    played.ask({ token: 'right', ask: 'stop' });
    await played.pass(1_000);
    expect(await played.result).toMatchObject({ exit: { code: 0 }, stoppedBy: null });
    expect(played.signals).toEqual([]);
  });

  it('leaves it its own result also when it is heard of only after the stop was asked', async () => {
    const played = await play({ timeoutMs: 1_000 });
    played.ended.unheard = true;
    played.ask({ token: 'right', ask: 'force' });
    await played.pass(1_500);
    played.exit(0);
    await played.pass(500);
    expect(await played.result).toMatchObject({ exit: { code: 0 }, stoppedBy: null, killed: false });
    expect(played.signals).toEqual([]);
  });

  it('is begun by nobody without the token, and by nothing that is no request', async () => {
    const played = await play({}, dies);
    for (const value of [{ token: 'wrong', ask: 'stop' }, { ask: 'force' }, { token: 'right', ask: 'other' }, 'stop', null]) {
      played.ask(value);
      await played.pass(500);
    }
    writeFileSync(join(played.folder, 'control.json'), '{"token":"right","ask":"st');
    await played.pass(500);
    expect(played.signals).toEqual([]);
    played.exit(0);
    await played.result;
  });

  it('gives a computer that shuts down at most 5 s (4.9)', async () => {
    const played = await play({ graceMs: 60_000 }, { diesOf: (signal) => signal === 'SIGKILL' });
    played.shutDown();
    await played.pass(6_000);
    expect(played.signals.map((text) => text.split(' ')[0])).toEqual(['SIGTERM', 'SIGKILL']);
    expect(await played.result).toMatchObject({ stoppedBy: 'shutdown', killed: true });
  });
});

describe('time limits (5.6)', () => {
  it('end an attempt after its active time', async () => {
    const played = await play({ timeoutMs: 60_000 }, dies);
    await played.pass(59_750);
    expect(played.signals).toEqual([]);
    await played.pass(500);
    expect(await played.result).toMatchObject({ stoppedBy: 'timeout', killed: false });
    expect(played.signals).toEqual(['SIGTERM 20 at 60']);
  });

  it('do not count the sleep of the computer: one long tick counts as 60 s', async () => {
    const played = await play({ timeoutMs: 100_000 }, dies);
    played.clock.advance(8 * 3_600_000);
    await settle();
    expect(played.signals).toEqual([]);
    await played.pass(39_000);
    expect(played.signals).toEqual([]);
    await played.pass(2_000);
    expect(await played.result).toMatchObject({ stoppedBy: 'timeout' });
  });

  it('end an attempt that says nothing for too long, and not one that goes on talking', async () => {
    const played = await play({ idleTimeoutMs: 5_000 }, dies);
    for (let i = 0; i < 5; i++) {
      await played.pass(4_000);
      played.child.onOutput('err', Buffer.from('.'));
    }
    expect(played.signals).toEqual([]);
    await played.pass(6_000);
    expect(await played.result).toMatchObject({ stoppedBy: 'idle_timeout' });
  });

  it('are none when they are zero', async () => {
    const played = await play();
    await played.pass(120_000);
    played.clock.advance(86_400_000);
    await settle();
    expect(played.signals).toEqual([]);
    played.exit(0);
    await played.result;
  });
});

describe('an attempt on a disk that refuses', () => {
  it('waits with its result until there is room', async () => {
    const files = createFaultyFiles(createNodeFiles(), (path) => path.includes('result.json'));
    const played = await play({}, { files });
    files.arm({ at: 1, kind: 'full' });
    played.exit(0);
    await played.pass(20_000);
    expect(existsSync(join(played.folder, 'result.json'))).toBe(false);
    files.arm(undefined);
    await played.pass(6_000);
    expect(await played.result).toMatchObject({ exit: { code: 0 } });
    expect(readdirSync(played.folder)).toEqual(expect.arrayContaining(['result.json']));
  });

  it('loses output and not the job, and says so (10.2)', async () => {
    const files = createFaultyFiles(createNodeFiles(), (path) => path.endsWith('.log'));
    const played = await play({}, { files });
    files.arm({ at: 1, kind: 'full' });
    played.child.onOutput('out', Buffer.from('lost\n'));
    await played.pass(1_000);
    played.exit(0);
    expect(await played.result).toMatchObject({ exit: { code: 0 }, lines: 1, captureFault: 'ENOSPC' });
  });

  it('ends a program whose identity cannot be written: nobody could tell what became of it (4.3)', async () => {
    const files = createFaultyFiles(createNodeFiles(), (path) => path.includes('identity.json'));
    files.arm({ at: 1, kind: 'full' });
    const played = await play({}, { files, diesOf: (signal) => signal === 'SIGKILL' });
    expect(await played.result).toMatchObject({ exit: null, spawnError: { code: 'ENOSPC', at: 'shim' } });
    expect(played.signals).toEqual(['SIGKILL 20 at 0']);
  });
});
