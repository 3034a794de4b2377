// Debian's restic as the judge. Runs in a world's own environment.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectFolder } from './program.ts';
import type { World } from './world.ts';

export const resticPath = process.env['VARVE_RESTIC'] ?? '/usr/bin/restic';

/** Debian 13's, unpacked by `npm test` (scripts/newer-restic.mjs). */
export const newerResticPath = process.env['VARVE_NEWER_RESTIC'] ?? join(projectFolder, 'node_modules/.cache/varve-tests/restic-trixie/usr/bin/restic');

export function hasNewerRestic(): boolean {
  if (existsSync(newerResticPath)) return true;
  console.warn(`no newer restic at ${newerResticPath}: "node scripts/newer-restic.mjs" fetches it on Debian, VARVE_NEWER_RESTIC names another; tests judged by it are left out`);
  return false;
}

export function hasRestic(): boolean {
  if (existsSync(resticPath)) return true;
  console.warn(`no restic at ${resticPath} (VARVE_RESTIC names another): tests judged by it are left out`);
  return false;
}

export interface ResticRan {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function restic(world: World, repository: string, args: readonly string[], options: { input?: string; env?: Record<string, string>; cwd?: string } = {}): ResticRan {
  const { status, stdout, stderr } = spawnSync(resticPath, ['--repo', repository, '--no-cache', ...args], { env: { ...world.env, ...options.env } as NodeJS.ProcessEnv, encoding: 'utf8', input: options.input, cwd: options.cwd, maxBuffer: 256 * 1024 * 1024 });
  return { code: status, stdout, stderr };
}

/** Runs restic and fails unless it ends with 0. */
export function resticWell(world: World, repository: string, args: readonly string[], options: Parameters<typeof restic>[3] = {}): string {
  const { code, stdout, stderr } = restic(world, repository, args, options);
  if (code !== 0) throw new Error(`restic ${args.join(' ')} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Folder with restic's own test repositories, or undefined with the reason printed. */
export function fixturesFolder(): string | undefined {
  const folder = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../shared/fixtures'), 'restic');
  if (existsSync(join(folder, 'small-repo.tar.gz'))) return folder;
  console.warn(`no restic fixtures at ${folder} (VARVE_FIXTURES names another folder): tests with them are left out`);
  return undefined;
}
