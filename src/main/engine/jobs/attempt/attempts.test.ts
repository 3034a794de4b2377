// With real processes: what is promised here is promised of the system they run on.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createProcesses } from '../../../adapters/processes.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { createAttempts, type AttemptIdentity, type AttemptRequest, type AttemptResult, type Attempts, type OutputRow } from './index.ts';

const onLinux = process.platform === 'linux';
const files = createNodeFiles();
const processes = createProcesses({ files, node: process.execPath, shimFile: fileURLToPath(new URL('../../../shim.ts', import.meta.url)) });
const homes: string[] = [];
const groups: number[] = [];

afterEach(async () => {
  for (const group of groups.splice(0)) await processes.signalGroup(group, 'SIGKILL');
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

function homeOf(): { home: string; attempts: Attempts } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'varve-attempts-')));
  homes.push(home);
  return { home, attempts: attemptsOf(home) };
}

const attemptsOf = (homePath: string): Attempts => createAttempts({ files, clock: createSystemClock(), random: createSystemRandom(), processes, homePath });
let runs = 0;
const requestOf = (argv: string[], more: Partial<AttemptRequest> = {}): AttemptRequest => ({
  runId: `run-${process.pid}-${(runs += 1)}`,
  attempt: 1,
  argv,
  folder: '/',
  environment: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
  secrets: [],
  timeoutMs: 0,
  idleTimeoutMs: 0,
  stopSignal: 'SIGTERM',
  graceMs: 5_000,
  ...more
});
const shell = (script: string): string[] => ['/bin/sh', '-c', script];
const node = (script: string): string[] => [process.execPath, '-e', script];

async function begin(attempts: Attempts, request: AttemptRequest): Promise<AttemptIdentity> {
  const started = await attempts.start(request);
  if (!('identity' in started)) throw new Error(JSON.stringify(started));
  groups.push(started.identity.group, started.identity.shim.pid);
  return started.identity;
}

async function resultOf(attempts: Attempts, { runId, attempt }: AttemptRequest): Promise<AttemptResult> {
  const ending = await attempts.ended(runId, attempt);
  if (!('result' in ending)) throw new Error(JSON.stringify(ending));
  return ending.result;
}

const textsOf = (rows: OutputRow[]): string[] => rows.map((row) => ('gap' in row ? '(gap)' : row.text));
async function linesOf(attempts: Attempts, { runId, attempt }: AttemptRequest): Promise<string[]> {
  const output = attempts.output(runId, attempt);
  await output.refresh();
  return textsOf((await output.page(0, 10_000)).rows);
}

const everyFile = (folder: string): Buffer[] => readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name))] : []));
const everyCommandLine = (): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')] : [];
    } catch {
      return [];
    }
  });

describe('an attempt', () => {
  it('runs with what it was given, and says how it ended, line by line', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(node('process.stdin.on("data", (b) => process.stdout.write(b)).on("end", () => { console.error(process.cwd(), process.env.A); process.exit(7); })'), { stdin: 'one\ntwo\n', folder: realpathSync('/tmp'), environment: { A: 'b' } });
    const identity = await begin(attempts, request);
    expect(identity).toMatchObject({ runId: request.runId, attempt: 1, group: identity.child.pid });
    const result = await resultOf(attempts, request);
    expect(result).toMatchObject({ exit: { code: 7, signal: null }, stoppedBy: null, lines: 3, leftBehind: false });
    expect((await linesOf(attempts, request)).sort()).toEqual([`${realpathSync('/tmp')} b`, 'one', 'two']);
    expect(await attempts.find(request.runId, 1)).toEqual({ result });
    const folder = join(home, 'output', request.runId);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(join(folder, '1'))) expect([name, statSync(join(folder, '1', name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('that cannot be started says why, and is no crash (6.3)', async () => {
    const { attempts } = homeOf();
    const start = async (argv: string[], folder = '/'): Promise<unknown> => {
      const request = requestOf(argv, { folder });
      const started = await attempts.start(request);
      expect(await attempts.find(request.runId, 1)).toMatchObject({ result: { exit: null } });
      return started;
    };
    expect(await start(['/no/such/program'])).toEqual({ spawnFailed: { code: 'ENOENT', at: 'program' } });
    expect(await start(['/etc'])).toEqual({ spawnFailed: { code: 'EACCES', at: 'program' } });
    expect(await start(shell('true'), '/no/such/folder')).toEqual({ spawnFailed: { code: 'ENOENT', at: 'folder' } });
  });

  it('is never begun twice, and not at all in a form that could do harm', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(shell('true'));
    await begin(attempts, request);
    await expect(attempts.start(request)).rejects.toMatchObject({ code: 'CONFLICT' });
    await resultOf(attempts, request);
    await expect(attempts.start({ ...request, runId: '../../etc' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(attempts.start(requestOf([]))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'argv' } });
    await expect(attempts.start(requestOf(['curl', '-u', 'ana:correct horse'], { secrets: [{ name: 'P', value: 'correct horse' }] }))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'argv' } });
    await expect(attempts.start(requestOf(['curl', 'correct horse'], { secretFiles: [{ name: 'p', variable: 'P', value: 'correct horse' }] }))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'argv' } });
    expect(() => attempts.output('../x', 1)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(readdirSync(join(home, 'output'))).toEqual([request.runId]);
    await expect(attempts.ended('never', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is followed while it speaks, and to the end', async () => {
    const { home, attempts } = homeOf();
    const heard = join(home, 'heard');
    const request = requestOf(shell(`echo one; while [ ! -e '${heard}' ]; do sleep 0.05; done; echo two; echo three`));
    await begin(attempts, request);
    const texts: string[] = [];
    for await (const rows of attempts.output(request.runId, 1).follow(0, new AbortController().signal)) {
      texts.push(...textsOf(rows));
      writeFileSync(heard, ''); // it speaks on only after it was heard
    }
    expect(texts).toEqual(['one', 'two', 'three']);
  });
});

describe('the keeper of an attempt (4.6)', () => {
  it('goes on when its starter is killed at any moment, and the next one finds how it ended (4.4)', async () => {
    const { home, attempts } = homeOf();
    let found = 0;
    for (const delayMs of [0, 10, 25, 40, 60, 80, 100, 130, 170, 250, 500]) {
      const mark = join(home, `mark-${delayMs}`);
      const request = requestOf(shell(`echo begun; sleep 0.4; echo x > '${mark}'; echo done`));
      const starter = spawn(process.execPath, [fileURLToPath(new URL('./starter.child.ts', import.meta.url)), home], { stdio: ['pipe', 'pipe', 'inherit'] });
      starter.stdin.end(JSON.stringify(request));
      await new Promise((resolve) => starter.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      starter.kill('SIGKILL');
      await new Promise((resolve) => starter.once('exit', resolve));
      // Either it never began, or it ends as if nothing had happened.
      await expect.poll(async () => {
        const now = await attempts.find(request.runId, 1);
        return 'result' in now || 'noIdentity' in now;
      }).toBe(true);
      const end = await attempts.find(request.runId, 1);
      expect([delayMs, existsSync(mark)]).toEqual([delayMs, 'result' in end]);
      if (!('result' in end)) continue;
      found += 1;
      expect(end.result).toMatchObject({ exit: { code: 0 }, stoppedBy: null });
      expect(await linesOf(attempts, request)).toEqual(['begun', 'done']);
    }
    expect(found).toBeGreaterThan(0);
  });

  it('is stopped and watched by an engine that did not start it', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(shell('echo here; exec sleep 60'));
    const starter = spawn(process.execPath, [fileURLToPath(new URL('./starter.child.ts', import.meta.url)), home], { stdio: ['pipe', 'pipe', 'inherit'] });
    starter.stdin.end(JSON.stringify(request));
    await expect.poll(async () => 'alive' in (await attempts.find(request.runId, 1))).toBe(true);
    starter.kill('SIGKILL');
    expect(await attempts.stop(request.runId, 1, { force: false })).toBe(true);
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { signal: 'SIGTERM' }, stoppedBy: 'stop', killed: false });
    expect(await attempts.stop(request.runId, 1, { force: false })).toBe(false);
  });

  it('is not ended by SIGHUP', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell('sleep 0.5; echo done'));
    const { shim } = await begin(attempts, request);
    process.kill(shim.pid, 'SIGHUP');
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { code: 0 } });
    expect(await linesOf(attempts, request)).toEqual(['done']);
  });

  it('ends its program when the system tells it to end (4.9)', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell('exec sleep 60'));
    const { shim } = await begin(attempts, request);
    process.kill(shim.pid, 'SIGTERM');
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { signal: 'SIGTERM' }, stoppedBy: 'shutdown' });
  });

  it('that is killed together with its program leaves a crash, and what it had said (4.4, 4.7)', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(shell('echo kept; exec sleep 60'), { secretFiles: [{ name: 'key', variable: 'KEY', value: 'secret of a file' }], secrets: [] });
    const { shim, group } = await begin(attempts, request);
    await expect.poll(() => linesOf(attempts, request)).toEqual(['kept']);
    process.kill(shim.pid, 'SIGKILL');
    process.kill(-group, 'SIGKILL');
    expect(await attempts.ended(request.runId, 1)).toEqual({ gone: 'crash' });
    expect(await linesOf(attempts, request)).toEqual(['kept']);
    for (const bytes of everyFile(join(home, 'output'))) expect(bytes.includes('secret of a file')).toBe(false);
  });

  it('that is killed alone leaves an orphan, which is not taken for ended and can be stopped (4.4)', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell('exec sleep 60'));
    const { shim } = await begin(attempts, request);
    process.kill(shim.pid, 'SIGKILL');
    await expect.poll(() => attempts.find(request.runId, 1)).toMatchObject({ orphan: true });
    await expect(attempts.remove(request.runId)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await attempts.stop(request.runId, 1, { force: false })).toBe(true);
    expect(await attempts.ended(request.runId, 1)).toEqual({ gone: 'crash' });
  });

  it('pid reuse simulated: is not taken for another process with its number, nor for one of before the last start of the computer (4.3)', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(shell('true'));
    await begin(attempts, request);
    await resultOf(attempts, request);
    const folder = join(home, 'output', request.runId, '1');
    rmSync(join(folder, 'result.json'));
    const own = (await processes.identityOf(process.pid))!;
    const write = (change: object): void => {
      const identity = JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8')) as AttemptIdentity;
      writeFileSync(join(folder, 'identity.json'), JSON.stringify({ ...identity, ...change }));
    };
    const reused = { ...own, startTime: '1' };
    write({ shim: reused, child: reused, group: process.pid });
    expect(await attempts.find(request.runId, 1)).toEqual({ gone: 'crash' });
    const before = { ...own, bootId: 'another start' };
    write({ shim: before, child: before });
    expect(await attempts.find(request.runId, 1)).toEqual({ gone: 'power_loss' });
    expect(await attempts.stop(request.runId, 1, { force: true })).toBe(false);
    write({ shim: own });
    expect(await attempts.find(request.runId, 1)).toMatchObject({ orphan: false });
    // Cut off by a power cut: it says nothing.
    writeFileSync(join(folder, 'identity.json'), '{"version":1,"runId":"');
    expect(await attempts.find(request.runId, 1)).toEqual({ noIdentity: true, searched: onLinux });
  });

  it.runIf(onLinux)('is found by the run in its environment when it wrote no identity, and nothing is taken for ended while it lives (4.4)', async () => {
    const { home, attempts } = homeOf();
    const request = requestOf(shell('exec sleep 60'));
    const { shim, child } = await begin(attempts, request);
    rmSync(join(home, 'output', request.runId, '1', 'identity.json'));
    process.kill(shim.pid, 'SIGKILL');
    await expect.poll(() => processes.alive(shim)).toBe(false);
    expect(await attempts.find(request.runId, 1)).toMatchObject({ alive: { child, group: child.pid }, orphan: true });
    await expect(attempts.start(request)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await attempts.stop(request.runId, 1, { force: true })).toBe(true);
    expect(await attempts.ended(request.runId, 1)).toEqual({ gone: 'crash' });
    expect(await attempts.find(request.runId, 1)).toEqual({ noIdentity: true, searched: true });
  });
});

describe('the end of an attempt (5.1, 5.2)', () => {
  it('is a kill for a program that does not listen, after the grace', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell("trap '' TERM; echo deaf; while :; do sleep 0.1; done"), { graceMs: 700 });
    await begin(attempts, request);
    await expect.poll(() => linesOf(attempts, request)).toEqual(['deaf']);
    await attempts.stop(request.runId, 1, { force: false });
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { code: null, signal: 'SIGKILL' }, stoppedBy: 'stop', killed: true });
  });

  it('reaches all of the group, also what outlives the program', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell("(trap '' TERM; while :; do sleep 0.1; done) & echo ready; exec sleep 60"), { graceMs: 500 });
    const { group } = await begin(attempts, request);
    await expect.poll(() => linesOf(attempts, request)).toEqual(['ready']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await attempts.stop(request.runId, 1, { force: false });
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { signal: 'SIGTERM' }, stoppedBy: 'stop', killed: true });
    expect(await processes.groupAlive(group)).toBe(false);
  });

  it('is at once by force', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell('exec sleep 60'), { graceMs: 60_000 });
    await begin(attempts, request);
    await attempts.stop(request.runId, 1, { force: true });
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { signal: 'SIGKILL' }, stoppedBy: 'force', killed: true });
  });

  it('comes by itself after the time limit, and after silence (5.6)', async () => {
    const { attempts } = homeOf();
    const slow = requestOf(shell('exec sleep 60'), { timeoutMs: 1_000 });
    const silent = requestOf(shell('echo a; exec sleep 60'), { idleTimeoutMs: 2_000 });
    await begin(attempts, slow);
    await begin(attempts, silent);
    expect(await resultOf(attempts, slow)).toMatchObject({ stoppedBy: 'timeout' });
    expect(await resultOf(attempts, silent)).toMatchObject({ stoppedBy: 'idle_timeout', lines: 1 });
  });

  it('does not wait for a grandchild that left the group and holds the pipes', async () => {
    const { attempts } = homeOf();
    const script = 'const c = require("node:child_process").spawn("sleep", ["60"], { detached: true, stdio: ["ignore", 1, 2] }); console.log(c.pid); c.unref()';
    const request = requestOf(node(script));
    await begin(attempts, request);
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { code: 0 }, lines: 1 });
    const pid = Number((await linesOf(attempts, request))[0]);
    groups.push(pid);
    expect(await processes.groupAlive(pid)).toBe(true);
  });

  it('lets alone what a program left in its group, and says so', async () => {
    const { attempts } = homeOf();
    const request = requestOf(shell('sleep 60 & echo left'));
    const { group } = await begin(attempts, request);
    expect(await resultOf(attempts, request)).toMatchObject({ exit: { code: 0 }, leftBehind: true, stoppedBy: null });
    expect(await processes.groupAlive(group)).toBe(true);
  });
});

describe('secrets of an attempt (10.4, 10.7)', () => {
  it.runIf(onLinux)('are in no file of it and in no command line, however they are written, and their files go at the end', async () => {
    const { home, attempts } = homeOf();
    const value = 'pl4nted-s3cret/value+42';
    const other = 'another-s3cret-by-file';
    const script = `
      const fs = require('node:fs'); const v = process.env.PLANTED; const pause = (ms) => new Promise((r) => setTimeout(r, ms));
      (async () => {
        for (const c of v) { fs.writeSync(1, c); await pause(15); }
        fs.writeSync(1, '\\n');
        fs.writeSync(2, 'x'.repeat(100) + v.slice(0, 9)); await pause(300); fs.writeSync(2, v.slice(9) + '\\n');
        fs.writeSync(1, Buffer.from(v).toString('base64') + ' ' + encodeURIComponent(v) + ' ' + Buffer.from(v).toString('hex') + '\\n');
        const path = process.env.KEY_FILE;
        fs.writeSync(1, (fs.statSync(path).mode & 0o777).toString(8) + ' ' + fs.readFileSync(path, 'utf8') + '\\n');
        fs.writeFileSync(process.env.VARVE_RESULT_FILE, JSON.stringify({ items: 1, metrics: {} }));
        await pause(500);
      })();`;
    const request = requestOf(node(script), { environment: { PLANTED: value }, secrets: [{ name: 'planted', value }], secretFiles: [{ name: 'key', variable: 'KEY_FILE', value: other }], stdin: `${value}\n` });
    await begin(attempts, request);
    await expect.poll(async () => (await linesOf(attempts, request)).length).toBeGreaterThan(1);
    const lines = everyCommandLine();
    expect(lines.some((line) => line.includes(request.runId))).toBe(true);
    for (const line of lines) for (const each of [value, other]) expect(line.includes(each)).toBe(false);
    const result = await resultOf(attempts, request);
    expect(result).toMatchObject({ exit: { code: 0 }, redacted: { secrets: { planted: 5, key: 1 } }, report: { items: 1 } });
    const forms = [value, other, Buffer.from(value).toString('base64').slice(0, -4), Buffer.from(value).toString('hex'), encodeURIComponent(value)];
    const all = everyFile(join(home, 'output'));
    for (const bytes of all) for (const form of forms) expect([form, bytes.includes(form)]).toEqual([form, false]);
    expect(await linesOf(attempts, request)).toContain('600 [secret:key]');
    expect(existsSync(join(home, 'output', request.runId, '1', 'secret-files'))).toBe(false);
  });
});

describe('a lot of output (10.2)', () => {
  it.runIf(onLinux)('neither fills the memory nor the disk, and never holds up the program', async () => {
    const { home, attempts } = homeOf();
    const count = 1_048_576;
    const request = requestOf(node(`const line = 'q'.repeat(91); let i = 0; const go = () => { while (i < ${count}) { let text = ''; for (let n = 0; n < 1024; n++) text += String(i++).padStart(8, '0') + line + '\\n'; if (!process.stdout.write(text)) return process.stdout.once('drain', go); } }; go()`));
    const { shim } = await begin(attempts, request);
    let peakKib = 0;
    const watch = setInterval(() => {
      try {
        peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${shim.pid}/status`, 'latin1'))?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 20);
    const result = await resultOf(attempts, request);
    clearInterval(watch);
    expect(result).toMatchObject({ exit: { code: 0 }, lines: count, bytes: { out: count * 100 }, captureFault: null });
    expect(peakKib).toBeGreaterThan(0);
    expect(peakKib).toBeLessThan(140 * 1024);
    const output = attempts.output(request.runId, 1);
    const info = await output.refresh();
    expect(info).toMatchObject({ lines: count, gaps: [{ bytes: expect.any(Number) as number }] });
    expect(textsOf((await output.page(0, 1)).rows)[0]).toMatch(/^00000000q+$/);
    expect(textsOf((await output.page(count - 1, 1)).rows)[0]).toMatch(/^01048575q+$/);
    const [size] = await attempts.sizes();
    expect(size?.bytes).toBeLessThan(21 << 20);
    expect(size?.bytes).toBeGreaterThan(19 << 20);
    expect(await attempts.remove(request.runId)).toBe(true);
    expect(await attempts.remove(request.runId)).toBe(false);
    expect(readdirSync(join(home, 'output'))).toEqual([]);
  });
});
