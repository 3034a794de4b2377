import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

class FakeChild extends EventEmitter {
  sent: unknown[] = [];
  killed = 0;
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  kill(): void {
    this.killed++;
    this.emit('exit', 15);
  }
}
class FakePort extends EventEmitter {
  closed = false;
  start(): void {}
  close(): void {
    this.closed = true;
  }
}
const children: FakeChild[] = [];
const forks: unknown[][] = [];
vi.mock('electron', () => ({
  MessageChannelMain: class {
    port1 = new FakePort();
    port2 = new FakePort();
  },
  utilityProcess: {
    fork: (...args: unknown[]) => {
      forks.push(args);
      const child = new FakeChild();
      children.push(child);
      return child;
    }
  }
}));
const { EngineHost, pickEnvironment, restartDelayMs } = await import('./engine-host.ts');

function makeHost() {
  const heard: string[] = [];
  const host = new EngineHost({
    modulePath: '/app/out/main/engine.js',
    env: { PATH: '/bin' },
    home: '/home/me/varve',
    onStarted: () => heard.push('started'),
    onLost: (again) => heard.push(`lost ${again}`),
    onRefused: (error) => heard.push(`refused ${error.code}`),
    onGivenUp: () => heard.push('given up'),
    report: () => {}
  });
  return { host, heard };
}
const newest = (): FakeChild => {
  const child = children.at(-1);
  if (!child) throw new Error('nothing was forked');
  return child;
};

beforeEach(() => {
  vi.useFakeTimers();
  children.length = 0;
  forks.length = 0;
});
afterEach(() => vi.useRealTimers());

describe("the engine's process", () => {
  it('is forked with the home and a picked environment, and never twice at once', () => {
    const { host } = makeHost();
    host.start();
    host.start();
    expect(forks).toHaveLength(1);
    expect(forks[0]).toEqual(['/app/out/main/engine.js', ['--home=/home/me/varve'], expect.objectContaining({ env: { PATH: '/bin' } })]);
    expect(newest().sent).toEqual([{ kind: 'start' }]);
  });

  it('is started again after a crash, each time later, until the person is asked', () => {
    const { host, heard } = makeHost();
    host.start();
    for (let crash = 1; crash <= 6; crash++) {
      newest().emit('exit', 1);
      const before = forks.length;
      vi.advanceTimersByTime(10);
      expect(forks).toHaveLength(before); // never at once
      vi.advanceTimersByTime(10_000);
    }
    expect(forks).toHaveLength(6);
    expect(heard.slice(-2)).toEqual(['lost false', 'given up']);
    host.start(); // the person says: try again
    expect(forks).toHaveLength(7);
  });

  it('grows its delay and gives up after five restarts', () => {
    expect([1, 2, 3, 4, 5, 6].map(restartDelayMs)).toEqual([250, 500, 1000, 2000, 4000, undefined]);
  });

  it('is not started again by itself after it refused the home', () => {
    const { host, heard } = makeHost();
    host.start();
    newest().emit('message', { kind: 'refused', error: { code: 'HOME_TOO_NEW', message: 'x' } });
    newest().emit('exit', 1);
    vi.advanceTimersByTime(100_000);
    expect(forks).toHaveLength(1);
    expect(heard).toEqual(['started', 'lost false', 'refused HOME_TOO_NEW']);
  });

  it('gives a page that asked while no engine ran its line to the next one, keeping only the newest few', () => {
    const { host } = makeHost();
    host.start();
    newest().emit('exit', 1);
    const ports = Array.from({ length: 6 }, () => new FakePort());
    for (const port of ports) host.giveClient(port as never);
    vi.advanceTimersByTime(1_000);
    expect(newest().sent).toEqual([{ kind: 'start' }, { kind: 'client' }, { kind: 'client' }, { kind: 'client' }, { kind: 'client' }]);
    expect(ports.map((port) => port.closed)).toEqual([true, true, false, false, false, false]);
  });

  it('is asked to stop and waited for; no restart follows', async () => {
    const { host, heard } = makeHost();
    host.start();
    const stopped = host.stop();
    expect(newest().sent.at(-1)).toEqual({ kind: 'stop' });
    newest().emit('exit', 0);
    await stopped;
    vi.advanceTimersByTime(100_000);
    expect(forks).toHaveLength(1);
    expect(newest().killed).toBe(0);
    expect(heard).toEqual(['started']);
  });

  it('is ended by force when it does not stop in time', async () => {
    const { host } = makeHost();
    host.start();
    const stopped = host.stop();
    vi.advanceTimersByTime(20_000);
    await stopped;
    expect(newest().killed).toBe(1);
  });

  it('never sees variables that could change what it runs or that carry secrets', () => {
    const given = { PATH: '/bin', Path: 'C:\\bin', HOME: '/home/me', VARVE_HOME: '/x', VARVE_TOKEN: 'secret', NODE_OPTIONS: '--require evil', LD_PRELOAD: 'x', ELECTRON_RUN_AS_NODE: '1', AWS_SECRET_ACCESS_KEY: 'y', RESTIC_PASSWORD: 'z', EMPTY: undefined };
    expect(pickEnvironment(given)).toEqual({ PATH: '/bin', Path: 'C:\\bin', HOME: '/home/me', VARVE_HOME: '/x' });
  });
});
