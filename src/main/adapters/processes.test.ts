import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from './files.ts';
import { findNode, outsideArchive } from './find-node.ts';
import { groupInPs, parseBootId, parsePs, parseStat, windowsFacts, type Kernel32 } from './process-facts.ts';
import { createProcesses } from './processes.ts';
import { sendBreak } from './windows-break.ts';
import { commandFor } from './windows-command.ts';

const files = createNodeFiles();
const processes = createProcesses({ files, node: process.execPath, shimFile: '/nowhere/shim.js' });
const children: ChildProcess[] = [];
const asleep = (environment: Record<string, string> = {}): ChildProcess => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'ignore', env: environment });
  children.push(child);
  return child;
};
const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('the identity of a process (4.3)', () => {
  it('is proof that exactly this process lives, until it ends', async () => {
    const child = asleep();
    const identity = (await processes.identityOf(child.pid as number))!;
    expect(identity).toMatchObject({ pid: child.pid, bootId: await processes.bootId() });
    expect(identity.startTime).not.toBe('');
    expect(await processes.alive(identity)).toBe(true);
    child.kill('SIGKILL');
    await ended(child);
    expect(await processes.alive(identity)).toBe(false);
    expect(await processes.identityOf(child.pid as number)).toBeUndefined();
  });

  it('does not hold for another process that was given the same number, nor after a new start of the computer', async () => {
    const identity = (await processes.identityOf(asleep().pid as number))!;
    expect(await processes.alive({ ...identity, startTime: `${Number(identity.startTime) - 1}` })).toBe(false);
    expect(await processes.alive({ ...identity, bootId: '00000000-0000-4000-8000-000000000000' })).toBe(false);
  });

  it.runIf(process.platform === 'linux')('does not count one that has ended and waits to be collected', async () => {
    // The child of a process that is stopped is collected by nobody.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(parent);
    const pid = Number(await new Promise<string>((resolve) => parent.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString()))));
    const identity = (await processes.identityOf(pid))!;
    await expect.poll(() => processes.alive(identity)).toBe(false);
    expect(await processes.identityOf(pid)).toEqual(identity);
  });

  it.runIf(process.platform === 'linux')('is found by what its environment held when it began', async () => {
    const value = `run-${process.pid}-${Date.now()}`;
    const child = asleep({ VARVE_RUN_ID: value });
    await expect.poll(async () => (await processes.withEnvironment('VARVE_RUN_ID', value))?.map(({ pid }) => pid)).toEqual([child.pid]);
    expect(await processes.withEnvironment('VARVE_RUN_ID', value.slice(0, -1))).toEqual([]);
  });
});

describe('a group of processes (5.2)', () => {
  it('lives as long as one of it does, and gets signals as one', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & exec sleep 60'], { detached: true, stdio: 'ignore' });
    children.push(child);
    const group = child.pid as number;
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGKILL');
    await ended(child);
    expect(await processes.groupAlive(group)).toBe(true);
    expect(await processes.signalGroup(group, 'SIGKILL')).toBe(true);
    await expect.poll(() => processes.groupAlive(group)).toBe(false);
  });

  it('is never everybody, nor our own', async () => {
    for (const group of [0, 1, -1, 1.5, Number.NaN]) {
      expect(await processes.groupAlive(group)).toBe(false);
      expect(await processes.signalGroup(group, 'SIGKILL')).toBe(false);
    }
  });
});

describe('a child', () => {
  const start = async (argv: string[], more: { folder?: string; input?: Uint8Array } = {}): Promise<{ output: string; end: unknown }> => {
    let output = '';
    const closed = Promise.withResolvers<void>();
    let end: unknown;
    await processes.startChild({ argv, folder: more.folder ?? '/', environment: { ONE: '1' }, input: more.input, onOutput: (_, bytes) => (output += Buffer.from(bytes).toString()), onExit: (how) => (end = how), onClosed: closed.resolve });
    await closed.promise;
    return { output, end };
  };

  it('gets its arguments, environment, folder and standard input as they are, and leads a group of its own', async () => {
    const script = 'let t = ""; process.stdin.on("data", (b) => (t += b)).on("end", () => console.log(JSON.stringify([process.argv.slice(1), Object.keys(process.env), process.cwd(), t])))';
    const { output, end } = await start([process.execPath, '-e', script, '$HOME; *', 'a b'], { folder: '/tmp', input: Buffer.from('hello') });
    expect(JSON.parse(output)).toEqual([['$HOME; *', 'a b'], ['ONE'], files.realpath('/tmp'), 'hello']);
    expect(end).toEqual({ code: 0, signal: null });
    expect((await start(['/bin/sh', '-c', 'test "$(cut -d" " -f5 /proc/$$/stat)" = $$ && echo leads'])).output).toBe(process.platform === 'linux' ? 'leads\n' : '');
  });

  it('that cannot be started is told by the code of the system', async () => {
    await expect(start(['/no/such/program'])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(start(['/etc'])).rejects.toMatchObject({ code: 'EACCES' });
  });
});

describe('what each system says of its processes', () => {
  it('Linux: a name may hold blanks and parentheses', () => {
    const line = '4242 (a) b (c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 200';
    expect(parseStat(line)).toEqual({ startTime: '123456', group: 77, ended: false });
    expect(parseStat(line.replace(' S ', ' Z '))?.ended).toBe(true);
    expect(parseStat('')).toBeUndefined();
  });

  it('macOS: ps', () => {
    expect(parsePs('Ss+  Tue Nov  4 10:11:12 2026    \n')).toEqual({ startTime: 'Tue Nov 4 10:11:12 2026', ended: false });
    expect(parsePs('Z    Tue Nov  4 10:11:12 2026')?.ended).toBe(true);
    expect(parsePs('')).toBeUndefined();
    expect(groupInPs('  77 Z\n 177 S\n  78 Ss\n', 77)).toBe(false);
    expect(groupInPs('  77 Z\n  77 S+\n', 77)).toBe(true);
  });

  it('Windows: the registry and kernel32', async () => {
    expect(parseBootId('\r\nHKEY_LOCAL_MACHINE\\...\r\n    BootId    REG_DWORD    0x2F\r\n')).toBe('0x2f');
    expect(parseBootId('ERROR: ...')).toBeUndefined();
    let [open, code] = [0, 259];
    const kernel32: Kernel32 = {
      OpenProcess: (_access, _inherit, pid) => (pid === 7 ? ++open : null),
      GetProcessTimes: (_handle, created) => Number(Buffer.from(created.buffer, created.byteOffset).writeBigUInt64LE(133n << 40n) > 0),
      GetExitCodeProcess: (_handle, into) => Number(Buffer.from(into.buffer, into.byteOffset).writeUInt32LE(code) > 0),
      CloseHandle: () => open--
    };
    const facts = windowsFacts(async () => 'BootId REG_DWORD 0x5', kernel32);
    expect(await facts.bootId()).toBe('0x5');
    expect(await facts.of(7)).toEqual({ startTime: String(133n << 40n), ended: false });
    code = 1;
    expect(await facts.of(7)).toMatchObject({ ended: true });
    expect(await facts.groupAlive(7)).toBe(false);
    expect(await facts.of(8)).toBeUndefined();
    expect(open).toBe(0);
    await expect(windowsFacts(async () => '', undefined).of(7)).rejects.toMatchObject({ code: 'ENOSYS' });
  });
});

describe('a batch file on Windows (5.4)', () => {
  const there = new Set(['C:\\tools\\backup.cmd', 'C:\\tools\\restic.exe']);
  const system = { platform: 'win32', exists: (path: string): boolean => there.has(path) };
  const environment = { Path: 'C:\\windows;C:\\tools', PATHEXT: '.exe;.cmd', ComSpec: 'C:\\windows\\system32\\cmd.exe' };

  it('is run by cmd.exe with everything between quotes', () => {
    expect(commandFor(['backup', 'a b', '&calc', '!x!'], environment, system)).toEqual({
      program: 'C:\\windows\\system32\\cmd.exe',
      args: ['/d', '/v:off', '/s', '/c', '""C:\\tools\\backup.cmd" "a b" "&calc" "!x!""'],
      verbatim: true
    });
  });

  it('never gets an argument that cmd.exe could read as its own', () => {
    for (const argument of ['"&calc', '%PATH%', 'a\nb', 'a\rb']) expect(() => commandFor(['C:\\tools\\backup.cmd', argument], environment, system)).toThrow(expect.objectContaining({ code: 'EUNSAFE' }));
  });

  it('leaves other programs and other systems alone', () => {
    expect(commandFor(['restic', '"%x%"'], environment, system)).toEqual({ program: 'C:\\tools\\restic.exe', args: ['"%x%"'], verbatim: false });
    expect(commandFor(['missing', 'x'], environment, system)).toEqual({ program: 'missing', args: ['x'], verbatim: false });
    expect(commandFor(['./a.cmd', '"'], {}, { platform: 'linux', exists: () => true })).toEqual({ program: './a.cmd', args: ['"'], verbatim: false });
  });
});

describe('CTRL_BREAK on Windows (5.3)', () => {
  const played = (attached: number): { calls: string[]; console: Parameters<typeof sendBreak>[1] } => {
    const calls: string[] = [];
    const call = (name: string, answer: number) => (...parameters: number[]): number => (calls.push([name, ...parameters].join(' ')), answer);
    return { calls, console: { FreeConsole: call('free', 1), AttachConsole: call('attach', attached), GenerateConsoleCtrlEvent: call('event', 1) } };
  };

  it('goes to everybody on the console of the program', () => {
    const { calls, console } = played(1);
    expect(sendBreak(77, console)).toBe(true);
    expect(calls).toEqual(['free', 'attach 77', 'event 1 0']);
  });

  it('is not given to a program without a console, nor to no program', () => {
    const { calls, console } = played(0);
    expect(sendBreak(77, console)).toBe(false);
    expect(calls).toEqual(['free', 'attach 77']);
    for (const pid of [0, -1, Number.NaN]) expect(sendBreak(pid, played(1).console)).toBe(false);
    expect(sendBreak(77, undefined)).toBe(false);
  });
});

describe('the Node that runs shims', () => {
  const inside = (present: string[], platform = 'linux'): string | undefined => findNode({ execPath: '/opt/varve/varve', insideElectron: true, root: '/opt/varve/resources/app', platform, exists: (path) => present.includes(path) });

  it('is the one that runs us, and never Electron', () => {
    expect(findNode({ execPath: '/usr/bin/node', insideElectron: false, root: '/x', platform: 'linux', exists: () => true })).toBe('/usr/bin/node');
    expect(inside(['/opt/varve/resources/node/bin/node', '/opt/varve/resources/app/node_modules/node/bin/node'])).toBe('/opt/varve/resources/node/bin/node');
    expect(inside(['/opt/varve/resources/app/node_modules/node/bin/node'])).toBe('/opt/varve/resources/app/node_modules/node/bin/node');
    expect(inside([])).toBeUndefined();
  });

  it('reads files beside the archive of a package', () => {
    expect(outsideArchive('/opt/varve/resources/app.asar/out/main/shim.js')).toBe('/opt/varve/resources/app.asar.unpacked/out/main/shim.js');
    expect(outsideArchive('/home/ana/varve/out/main/shim.js')).toBe('/home/ana/varve/out/main/shim.js');
  });

  it('is asked for when there is none', async () => {
    await expect(createProcesses({ files, node: undefined, shimFile: '/x' }).startShim({ args: [], environment: {}, input: new Uint8Array() })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
