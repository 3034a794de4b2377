// The record's own commands on a home that nobody can write to: a real read-only file system, the real program.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, testContext, type TestEngine } from '../engine/testing/index.ts';

const mounts = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' }).status === 0;
if (!mounts) console.log('skipped: this user cannot mount a read-only file system (unshare -m)');

describe.runIf(mounts)('varve log on read-only media', () => {
  let home: TestEngine;
  const program = join(import.meta.dirname, '..', 'cli.ts');
  const word = `w${randomBytes(4).toString('hex')}`;

  beforeAll(async () => {
    home = await createTestEngine();
    await home.api.log.append({ action: 'app.noted', category: 'app', level: 'info', payload: { text: word } }, testContext);
  });
  afterAll(() => home.close());

  /** The home lies read-only for this one call; everything else is as it was. */
  const run = (...args: string[]) => {
    const script = 'set -e; home="$1"; shift; mount --bind "$home" "$home"; mount -o remount,ro,bind "$home"; exec "$@"';
    const { status, stdout, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', home.homePath, process.execPath, program, '--home', home.homePath, ...args], { encoding: 'utf8', env: { ...process.env, VARVE_LANGUAGE: 'en', TMPDIR: home.folder } });
    return { status, stdout, stderr };
  };
  const rows = (): number => {
    const db = new BetterSqlite3(join(home.homePath, 'log.db'), { readonly: true });
    const count = db.prepare('SELECT count(*) FROM entries').pluck().get() as number;
    db.close();
    return count;
  };
  const inBothStates = async (check: () => void): Promise<void> => {
    check(); // the log is open elsewhere: a -wal and a -shm lie beside it
    await home.engine.stop();
    check(); // closed: the file alone
  };

  it('verifies, lists and shows, in place or from a copy that is removed, and adds nothing', async () => {
    await inBothStates(() => {
      const before = rows();
      const verified = run('log', 'verify');
      expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining('The record is intact') });
      expect(verified.stderr).toContain('could not be written into the record');
      const listed = run('--json', 'log', 'list', '--text', word);
      expect(listed.status, listed.stderr).toBe(0);
      const { entries, total } = JSON.parse(listed.stdout) as { entries: { seq: number }[]; total: number };
      expect(total).toBe(1);
      expect(run('log', 'show', String(entries[0]?.seq))).toMatchObject({ status: 0, stdout: expect.stringContaining(word) });
      expect(run('log', 'append', '--action', 'app.x').status).toBe(1);
      expect(rows()).toBe(before);
    });
    expect(home.ports.files.readdir(home.folder).map((entry) => entry.name)).toEqual(['home']);
  }, 60_000);
});
