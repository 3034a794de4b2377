// A drive that comes and goes, at the command line: said without waiting, waited for with --wait, taken back by Ctrl+C.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/contract/log.ts';
import { createReadyWorld, type World } from './harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      mkdirSync(made.path('source'));
      writeFileSync(made.path('source', 'a.txt'), 'a');
      return [made.path('source')];
    }
  });
  renameSync(world.path('repository'), world.path('away'));
});
afterAll(() => world?.dispose());

describe('a repository whose drive comes and goes', () => {
  it('says so when a snapshot is asked for, with the next step, and the wish can be taken back while it waits', async () => {
    const refused = await world.run(['snapshot', 'work']);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/not there.*--wait/s);
    const waiting = world.start(['snapshot', 'work', '--wait']);
    await waiting.shown('Waiting for the repository “usb”');
    waiting.child.kill('SIGINT');
    expect((await waiting.done).code).toBe(130);
  });

  it('whose password is not right any more goes on with another of its passwords', async () => {
    renameSync(world.path('away'), world.path('repository'));
    writeFileSync(world.path('second-password'), 'of the sheet\n', { mode: 0o600 });
    writeFileSync(world.path('wrong-password'), 'wrong\n', { mode: 0o600 });
    await world.well(['repo', 'key', 'add', 'usb', '--new-password-file', world.path('second-password')]);
    writeFileSync(world.passwordFile, 'lost\n');
    expect((await world.run(['snapshots', '--repo', 'usb'])).code).toBe(1);
    expect((await world.run(['repo', 'key', 'use', 'usb', '--password-file', world.path('wrong-password')])).code).toBe(1);
    await world.well(['repo', 'key', 'use', 'usb', '--password-file', world.path('second-password')]);
    await world.well(['snapshots', '--repo', 'usb']);
    renameSync(world.path('repository'), world.path('away'));
  });

  it('has its snapshot taken as soon as the drive is back', async () => {
    const waiting = world.start(['snapshot', 'work', '--wait']);
    await waiting.shown('Waiting for the repository “usb”');
    renameSync(world.path('away'), world.path('repository'));
    const done = await waiting.done;
    expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/^Snapshot [0-9a-f]{8} of work: 1 file/) as string]);
    const { entries } = (await world.well(['log', 'list', '--limit', '100', '--json'])).json<{ entries: LogEntry[] }>();
    const actions = entries.map((entry) => entry.action).filter((action) => action.startsWith('snapshot.'));
    expect(actions.toSorted()).toEqual(['snapshot.failed', 'snapshot.finished', 'snapshot.started', 'snapshot.started', 'snapshot.waiting', 'snapshot.waiting', 'snapshot.waiting-ended']);
  });
});
