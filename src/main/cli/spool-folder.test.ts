import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeSpoolFolder, removeDeadSpoolFolders } from './spool-folder.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'varve-spools-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** A process that has certainly ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

async function folderOf(change: (owner: Record<string, unknown>) => void): Promise<string> {
  const folder = await makeSpoolFolder(parent);
  const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as Record<string, unknown>;
  change(owner);
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(owner));
  writeFileSync(join(folder, 'content'), 'left');
  return folder;
}

it('removes what a process left that has ended', async () => {
  const dead = await folderOf((owner) => (owner['pid'] = deadPid()));
  expect(await removeDeadSpoolFolders(parent)).toBe(1);
  expect(existsSync(dead)).toBe(false);
});

it('leaves what a living process fills, what is of another machine or container, what has no note, and what is no folder', async () => {
  const pid = deadPid();
  const kept = [await folderOf(() => undefined), await folderOf((owner) => Object.assign(owner, { pid, hostname: 'elsewhere' })), await folderOf((owner) => Object.assign(owner, { pid, processes: 'pid:[1]' })), await folderOf((owner) => (owner['pid'] = 'text'))];
  const bare = join(parent, 'varve-stream-bare');
  mkdirSync(bare);
  const elsewhere = await folderOf((owner) => (owner['pid'] = pid));
  const link = join(parent, 'varve-stream-link');
  const target = join(parent, 'target');
  spawnSync('mv', [elsewhere, target]);
  symlinkSync(target, link);
  expect(await removeDeadSpoolFolders(parent)).toBe(0);
  for (const folder of [...kept, bare, target, link]) expect(existsSync(folder)).toBe(true);
});
