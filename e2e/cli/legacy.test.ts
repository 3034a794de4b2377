// What was there before Varve, at the command line: a crontab taken over with a copy of it first, and the way back. The system's crontab is a program of ours.
import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import type { LegacyBackup, LegacyRestored } from '../../src/contract/legacy.ts';
import { createHomeWorld, type World } from './harness/world.ts';

const windows = process.platform === 'win32';
if (windows) console.warn('e2e/cli/legacy: skipped, there is no crontab on Windows');

const table = '# before Varve\nCRON_TZ=Europe/Lisbon\n0 3 * * * true\n';
const edited = '# the lines are taken out\n';
// -l shows the table, a file replaces it: all that Varve asks of it.
const program = '#!/bin/sh\nif [ "$1" = -l ]; then [ -e "$HOME/crontab.table" ] || { echo "no crontab for $LOGNAME" >&2; exit 1; }; cat "$HOME/crontab.table"; else cat "$1" > "$HOME/crontab.table"; fi\n';

describe.skipIf(windows)('going over to Varve and back', () => {
  let world: World;
  let first: LegacyBackup;
  const installed = (): string => world.path('user', 'crontab.table');
  const reports = (): string[] => readdirSync(join(world.home, 'backups', 'reports')).sort();

  beforeAll(async () => {
    world = await createHomeWorld();
    mkdirSync(world.path('bin'));
    writeFileSync(world.path('bin', 'crontab'), program, { mode: 0o755 });
    world.env['PATH'] = `${world.path('bin')}${delimiter}${world.env['PATH'] ?? ''}`;
    writeFileSync(installed(), table);
    writeFileSync(join(world.home, 'settings.json'), JSON.stringify({ version: 1, language: 'pt-BR' }));
  });
  afterAll(() => world?.dispose());

  it('keeps the crontab before its lines are taken over: read-only, with checksums that another program checks, and a report in the person’s language', async () => {
    const imported = await world.well(['job', 'import', '--crontab', '-', '--yes'], { input: table });
    const copies = (await world.well(['legacy', 'list', '--json'])).json<LegacyBackup[]>();
    expect(copies).toMatchObject([{ id: expect.stringMatching(/^\d{8}$/) as string, source: null, crontab: true, jobs: ['true'], skippedCount: 0 }]);
    first = copies[0] as LegacyBackup;
    expect(first.folder).toBe(join(world.home, 'legacy_backups', first.id));
    expect(readFileSync(join(first.folder, 'crontab'), 'utf8')).toBe(table);
    for (const path of [first.folder, ...readdirSync(first.folder).map((name) => join(first.folder, name))]) expect([path, statSync(path).mode & 0o222]).toEqual([path, 0]);
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: first.folder });
    const [name = ''] = reports();
    expect(name).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z\.md$/);
    expect(imported.stdout).toContain(join(world.home, 'backups', 'reports', name));
    expect(imported.stdout).toContain(`varve legacy restore ${first.id}`);
    const report = readFileSync(join(world.home, 'backups', 'reports', name), 'utf8');
    for (const words of ['# Migração para o Varve', first.folder, '- true', `varve legacy restore ${first.id}`]) expect(report).toContain(words);
    expect(readFileSync(installed(), 'utf8')).toBe(table);
  });

  it('puts the crontab back, keeps the one that was there, and pauses the jobs that came from it', async () => {
    writeFileSync(installed(), edited);
    expect((await world.run(['legacy', 'restore', first.id])).code).toBe(2);
    expect(readFileSync(installed(), 'utf8')).toBe(edited);
    const back = (await world.well(['legacy', 'restore', first.id, '--yes', '--json'])).json<LegacyRestored>();
    expect(back).toMatchObject({ target: null, crontab: true, paused: ['true'] });
    expect(readFileSync(installed(), 'utf8')).toBe(table);
    const kept = readdirSync(join(world.home, 'legacy_backups')).find((name) => /^\d{8}(-\d+)?$/.test(name) && name !== first.id) ?? '';
    expect(readFileSync(join(world.home, 'legacy_backups', kept, 'crontab'), 'utf8')).toBe(edited);
    expect(readFileSync(back.report, 'utf8')).toContain(`como cópia ${kept}.`);
    expect((await world.well(['job', 'show', 'true', '--json'])).json<Job>().paused).not.toBeNull();
  });

  it('brings a folder back with its modes, times and links, and moves aside what is in its place; one that was changed is refused by name', async () => {
    const folder = world.path('scripts');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'backup.sh'), '#!/bin/sh\n');
    chmodSync(join(folder, 'backup.sh'), 0o750);
    writeFileSync(join(folder, 'sub', 'ação é.csv'), 'a;b\n');
    execFileSync('ln', ['-s', '../backup.sh', join(folder, 'sub', 'link')]);
    utimesSync(join(folder, 'sub', 'ação é.csv'), 1_600_000_000, 1_600_000_000.25);
    utimesSync(join(folder, 'sub'), 1_500_000_000, 1_500_000_000);
    const { id, folder: copy } = (await world.well(['legacy', 'backup', folder, '--no-crontab', '--json'])).json<LegacyBackup>();
    execFileSync('sha256sum', ['-c', '--quiet', '--strict', 'SHA256SUMS'], { cwd: copy });
    writeFileSync(join(folder, 'backup.sh'), 'changed since\n');

    const back = (await world.well(['legacy', 'restore', id, '--yes', '--json'])).json<LegacyRestored>();
    expect(back).toMatchObject({ target: folder, files: 2, crontab: false, paused: [] });
    expect(readFileSync(join(back.movedAside ?? '', 'backup.sh'), 'utf8')).toBe('changed since\n');
    expect([readFileSync(join(folder, 'backup.sh'), 'utf8'), statSync(join(folder, 'backup.sh')).mode & 0o777]).toEqual(['#!/bin/sh\n', 0o750]);
    expect([statSync(join(folder, 'sub', 'ação é.csv')).mtimeMs, statSync(join(folder, 'sub')).mtimeMs, lstatSync(join(folder, 'sub', 'link')).isSymbolicLink()]).toEqual([1_600_000_000_250, 1_500_000_000_000, true]);

    const inCopy = join(copy, 'files', 'sub', 'ação é.csv');
    chmodSync(inCopy, 0o600);
    writeFileSync(inCopy, 'a;c\n');
    const before = [readdirSync(world.folder).sort(), reports()];
    const refused = await world.run(['legacy', 'restore', id, '--yes']);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('files/sub/ação é.csv') as string]);
    expect([readdirSync(world.folder).sort(), reports(), readFileSync(join(folder, 'sub', 'ação é.csv'), 'utf8')]).toEqual([...before, 'a;b\n']);
  });

  it('a crontab that was changed in the copy is refused by name before the one that is there is touched', async () => {
    writeFileSync(installed(), edited);
    chmodSync(join(first.folder, 'crontab'), 0o600);
    writeFileSync(join(first.folder, 'crontab'), '0 3 * * * evil\n');
    const before = [readdirSync(join(world.home, 'legacy_backups')).sort(), reports()];
    const refused = await world.run(['legacy', 'restore', first.id, '--yes']);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining(' crontab.') as string]);
    expect([readdirSync(join(world.home, 'legacy_backups')).sort(), reports(), readFileSync(installed(), 'utf8')]).toEqual([...before, edited]);
  });
});
