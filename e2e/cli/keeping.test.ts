// Keeping, as a person and as a script goes about it: what a plan keeps, forgetting, tags, pins, notes, passwords, locks; a plan that moves and ends.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForgetPreview, ForgetReport, KeyInfo, TagReport } from '../../src/contract/keeping.ts';
import type { LogEntry } from '../../src/contract/log.ts';
import type { Plan, Snapshot } from '../../src/contract/snapshots.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { createHomeWorld, passphraseOf, type World } from './harness/world.ts';

let world: World;
let plan: Plan;
const snapshots = async (): Promise<Snapshot[]> => (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots;
const stored = (): string[] => readdirSync(world.path('repository/snapshots')).sort();
const portuguese = { env: { LANG: 'pt_BR.UTF-8' } };

beforeAll(async () => {
  world = await createHomeWorld();
  mkdirSync(world.path('work'));
  writeFileSync(world.path('work/draft.txt'), 'words\n');
  await world.repository('usb', world.path('repository'));
  plan = (await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work'), '--keep-daily', '7', '--keep-monthly', 'all', '--keep-tag', 'v1,final', '--json'])).json<Plan>();
  for (let i = 0; i < 4; i++) await world.well(['snapshot', 'work']);
});
afterAll(() => world?.dispose());

describe('forget', () => {
  it('shows what would be kept and why, and removes nothing without a yes', async () => {
    const preview = (await world.well(['forget', 'work', '--dry-run', '--json'])).json<ForgetPreview>();
    // The newest of the day, and the oldest of all while daily and monthly have something left.
    expect(preview).toMatchObject({ keepCount: 2, removeCount: 2, policy: { keepDaily: 7 } });
    const shown = (await world.well(['forget', 'work', '--dry-run'])).stdout;
    expect(shown).toContain('work: keeps 7 daily, all monthly, those with v1 and final');
    expect(shown).toMatch(/\+ oldest \(daily\), oldest \(monthly\)/);
    expect((await world.well(['forget', 'work', '--dry-run'], portuguese)).stdout).toContain('Nada foi retirado.');
    const refused = await world.run(['forget', 'work']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes');
    expect(stored()).toHaveLength(4);
  });

  it('refuses policies that keep nothing, and values that are none', async () => {
    for (const args of [['--keep-last', '0'], ['--keep-daily', 'many'], ['--keep-within', 'soon'], ['--keep-within', '0d'], ['--keep-tag', 'nobody-has-it']]) {
      const ran = await world.run(['forget', 'work', ...args, '--yes']);
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(2);
    }
    expect((await world.run(['forget', '--yes'])).code).toBe(2);
    expect((await world.run(['forget', 'nothing', '--keep-last', '1', '--yes'])).code).toBe(4);
    expect((await world.run(['forget', 'work', '--keep-tag', 'nada', '--yes'], portuguese)).stderr).toContain('nenhum snapshot de work');
    expect(stored()).toHaveLength(4);
  });

  it('keeps what is pinned and takes the rest away; the record says both', async () => {
    const oldest = (await snapshots()).at(-1)!;
    const { changed } = (await world.well(['pin', oldest.shortId, '--json'])).json<TagReport>();
    expect(changed).toMatchObject([{ from: oldest.id, lineage: oldest.id }]);
    const report = (await world.well(['forget', 'work', '--keep-last', '1', '--yes', '--json'])).json<ForgetReport>();
    expect(report).toMatchObject({ kept: 2 });
    expect(report.removed).toHaveLength(2);
    expect((await snapshots()).at(-1)).toMatchObject({ id: changed[0]!.to, lineage: oldest.id });
    expect((await world.well(['snapshots'])).stdout).toContain('pinned');
    const { entries } = (await world.well(['log', 'list', '--json'])).json<{ entries: LogEntry[] }>();
    expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['snapshot.pinned', 'snapshot.forget-started', 'snapshot.forgotten']));
    await world.well(['repo', 'check', 'usb', '--read-data']);
  });

  it('takes exactly the snapshots that are named, but none that is pinned', async () => {
    await world.well(['snapshot', 'work']);
    const [newest, ...others] = await snapshots();
    const pinned = others.at(-1)!;
    const shown = await world.well(['forget', '--snapshot', newest!.shortId, '--snapshot', pinned.shortId, '--yes']);
    expect(shown.stdout).toContain('Chosen in usb:');
    expect(shown.stdout).toMatch(/\+ pinned/);
    expect((await snapshots()).map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    expect((await world.run(['forget', 'work', '--snapshot', pinned.shortId, '--yes'])).code).toBe(2);
  });

  it.runIf(hasTerminal())('asks on a terminal, and a no removes nothing', async () => {
    await world.well(['snapshot', 'work']);
    const before = stored();
    const no = await runOnTerminal(world, ['forget', 'work', '--keep-last', '1'], { env: passphraseOf(world), answers: [{ question: /Remove these snapshots/, text: 'n' }] });
    expect(no.code).toBe(130);
    expect(stored()).toEqual(before);
    const yes = await runOnTerminal(world, ['forget', 'work', '--keep-last', '1'], { env: passphraseOf(world), answers: [{ question: /Remove these snapshots/, text: 'y' }] });
    expect(yes.code, yes.shown).toBe(0);
    expect(stored()).toHaveLength(before.length - 1);
  });
});

describe('what a plan keeps', () => {
  it('is set with the plan', () => {
    expect(plan.retention).toEqual({ keepDaily: 7, keepMonthly: -1, keepTags: [['v1', 'final']] });
  });

  it('is changed by plan edit, which touches no snapshot', async () => {
    const before = stored();
    expect((await world.well(['plan', 'edit', 'work', '--keep-weekly', '5', '--keep-within', '1m'])).stdout).toContain('keeps: 5 weekly, all within 1m');
    expect((await world.well(['plan', 'list', '--json'])).json<Plan[]>()).toMatchObject([{ retention: { keepWeekly: 5, keepWithin: '1m' } }]);
    expect((await world.well(['plan', 'edit', 'work', '--keep-all'], portuguese)).stdout).toContain('guarda todos');
    expect((await world.run(['plan', 'edit', 'work'])).code).toBe(2);
    expect((await world.run(['forget', 'work', '--yes'])).code).toBe(2);
    expect(stored()).toEqual(before);
  });
});

describe('tags and notes', () => {
  it('are added, removed, set and written, and follow the snapshot through its new ids', async () => {
    const [latest] = await snapshots();
    await world.well(['note', 'work@latest', 'before the review']);
    await world.well(['tag', 'work@latest', '--add', 'v1', '--add', 'draft']);
    await world.well(['tag', 'work@latest', '--remove', 'draft', '--add', 'final']);
    const [now] = await snapshots();
    expect(now).toMatchObject({ lineage: latest!.lineage, note: 'before the review' });
    expect(now!.tags).toEqual(expect.arrayContaining(['v1', 'final']));
    expect((await world.well(['tag', now!.shortId, '--set', 'v1'])).stdout).toMatch(/is now .*: v1\n/);
    expect((await world.well(['tag', 'latest', '--add', 'v1'])).stdout).toContain('Already so: 1');
    expect((await world.run(['tag', 'latest', '--add', 'varve-pin'])).code).toBe(2);
    expect((await world.run(['tag', 'latest'])).code).toBe(2);
    expect((await world.run(['tag', 'ffffffff', '--add', 'x'])).code).toBe(4);
    await world.well(['note', 'latest', '']);
    expect((await snapshots())[0]).not.toHaveProperty('note');
  });
});

describe('passwords and locks of a repository', () => {
  it('are listed, added, changed and removed, and no password shows anywhere', async () => {
    const secrets = ['second secret 5521', 'third secret 7093'];
    writeFileSync(world.path('second'), `${secrets[0]}\n`);
    Object.assign(world.env, passphraseOf(world)); // a password that is typed is kept in the vault
    await world.well(['repo', 'key', 'add', 'usb', '--new-password-file', world.path('second')]);
    await world.well(['repo', 'key', 'change', 'usb', '--new-password-stdin'], { input: `${secrets[1]}\n` });
    const keys = (await world.well(['repo', 'key', 'list', 'usb', '--json'])).json<KeyInfo[]>();
    expect(keys.filter(({ current }) => current)).toHaveLength(1);
    expect(keys).toHaveLength(2);
    const [other, own] = [keys.find(({ current }) => !current)!, keys.find(({ current }) => current)!];
    expect((await world.run(['repo', 'key', 'remove', 'usb', own.id])).code).toBe(2);
    await world.well(['repo', 'key', 'remove', 'usb', other.id.slice(0, 8)]);
    await world.well(['repo', 'check', 'usb']);
    expect((await world.run(['repo', 'key', 'add', 'usb'])).code).toBe(2);
    if (hasTerminal()) {
      const typed = await runOnTerminal(world, ['repo', 'key', 'add', 'usb'], { answers: [{ question: /New password of the repository: /, text: secrets[0]! }, { question: /once more: /, text: secrets[0]! }] });
      expect(typed.code, typed.shown).toBe(0);
      expect(typed.shown).not.toContain(secrets[0]);
    }
    for (const secret of secrets) expect(world.printed()).not.toContain(secret);
  });

  it('unlock says who holds what, and there is nothing to do where nobody works', async () => {
    expect((await world.well(['repo', 'unlock', 'usb'])).stdout).toContain('No locks.');
    expect((await world.well(['repo', 'unlock', 'usb', '--dry-run'], portuguese)).stdout).toContain('Nenhuma trava.');
  });
});

describe('a plan moves and ends', () => {
  it('goes to another repository from the next snapshot on; those taken stay and are listed', async () => {
    await world.repository('nas', world.path('nas'));
    const before = await snapshots();
    const moved = (await world.well(['plan', 'edit', 'work', '--repo', 'nas'])).stdout;
    expect(moved).toContain('The next snapshot of “work” goes to “nas”');
    expect(moved).toContain('those already taken stay in “usb” (for its rules there: varve forget work --repo usb)');
    await world.well(['snapshot', 'work']);
    const [first, ...others] = await snapshots();
    expect(first).toMatchObject({ repositoryName: 'nas', planName: 'work', parent: null });
    expect(others).toEqual(before);
    const there = (await world.well(['forget', 'work', '--repo', 'usb', '--keep-last', '1', '--dry-run', '--json'])).json<ForgetPreview>();
    expect(there).toMatchObject({ repositoryName: 'usb', groups: [{ planName: 'work' }] });
    expect(there.keepCount + there.removeCount).toBe(others.length);
    expect((await world.run(['plan', 'edit', 'work', '--repo', 'nowhere'])).code).toBe(4);
  });

  it('is deleted after a yes that says what stops and what stays; its snapshots are listed as its own, and restored', async () => {
    const all = await snapshots();
    const refused = await world.run(['plan', 'rm', 'work']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--yes');
    expect(refused.stdout).toMatch(/no more snapshots of it are taken into “nas”.*\nWhat stays: the snapshots already taken/);
    if (hasTerminal()) expect((await runOnTerminal(world, ['plan', 'rm', 'work'], { answers: [{ question: /Delete this plan\?/, text: 'n' }] })).code).toBe(130);
    expect((await world.well(['plan', 'list', '--json'])).json<Plan[]>()).toHaveLength(1);
    expect((await world.well(['plan', 'rm', 'work', '--yes'], portuguese)).stdout).toContain(`excluído. Seus snapshots: varve snapshots --plan ${plan.id}`);
    expect((await world.well(['plan', 'list', '--json'])).json()).toEqual([]);
    expect((await world.run(['snapshot', 'work'])).code).toBe(4);
    expect((await world.run(['plan', 'rm', 'work', '--yes'])).code).toBe(4);
    expect((await world.well(['snapshots', '--plan', plan.id, '--json'])).json<{ snapshots: Snapshot[] }>().snapshots.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect((await world.well(['snapshots'])).stdout).toContain('work (deleted)');
    expect((await world.well(['log', 'list'])).stdout).toContain('Plan work was deleted; its snapshots stay');
    await world.well(['restore', 'work@latest', '--target', world.path('back')]);
    expect(readFileSync(join(world.path('back'), world.path('work/draft.txt')), 'utf8')).toBe('words\n');
  });
});
