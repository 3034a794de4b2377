// How fast a folder is saved, saved again unchanged, and restored, beside restic in turn on the same machine.
//   npx node bench/snapshot.ts FOLDER [ROUNDS]
// Wall seconds, user and system seconds of the process with its threads, and peak memory. Varve's rounds run in one process, key open;
// restic derives its key each time. Creating many files depends on the state of the file system: compare rounds, not single figures.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasProgram } from '../src/main/engine/snapshots/testing/make-tree.ts';
import { restore, save } from '../src/main/engine/snapshots/testing/save-and-restore.ts';
import { makeRepository, realContext, restic } from '../src/main/engine/snapshots/testing/workshop.ts';

const [folder, rounds = '3'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npx node bench/snapshot.ts FOLDER [ROUNDS]');
  process.exit(2);
}
const source = resolve(folder);
const top = mkdtempSync(join(tmpdir(), 'varve-bench-'));
const context = realContext(Number(process.env['VARVE_DATA_THREADS'] ?? 2));

async function measured<R>(what: string, work: () => Promise<R> | R): Promise<R> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedMs) / 1000;
  const used = process.cpuUsage(cpu);
  const own = what.startsWith('varve') ? `  user ${(used.user / 1e6).toFixed(2)} s  system ${(used.system / 1e6).toFixed(2)} s  peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB` : '';
  console.log(`${what.padEnd(18)} ${seconds.toFixed(2).padStart(8)} s${own}`);
  return result;
}

try {
  for (let round = 0; round < Number(rounds); round++) {
    const ours = join(top, `ours-${round}`);
    mkdirSync(ours);
    const key = await makeRepository(context, ours);
    const first = await measured('varve first', () => save(context, ours, key, [source]));
    await measured('varve unchanged', () => save(context, ours, key, [source]));
    await measured('varve restore', () => restore(context, ours, key, { treeId: first.file.tree, target: join(top, `back-${round}`) }));
    if (hasProgram('restic')) {
      const theirs = join(top, `theirs-${round}`);
      restic(theirs, ['init']);
      await measured('restic first', () => restic(theirs, ['backup', source]));
      await measured('restic unchanged', () => restic(theirs, ['backup', source]));
      await measured('restic restore', () => restic(theirs, ['restore', 'latest', '--target', join(top, `their-back-${round}`)]));
    }
    const size = (path: string): string => execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0] as string;
    console.log(`repository: varve ${size(ours)} MiB${hasProgram('restic') ? `, restic ${size(join(top, `theirs-${round}`))} MiB` : ''}`);
  }
} finally {
  await context.workers.close();
  rmSync(top, { recursive: true, force: true });
}
