// Type-checks each world on its own: the engine without DOM types, the renderer without Node types. What was found is kept in out/typecheck, so that the
// next time only what changed is looked at.
import { spawnSync } from 'node:child_process';

let failed = false;
for (const world of ['node', 'renderer', 'preload', 'e2e']) {
  const { status } = spawnSync('npx', ['tsc', '--noEmit', '--incremental', '--tsBuildInfoFile', `out/typecheck/${world}.json`, '-p', `tsconfig.${world}.json`], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    failed = true;
    console.error(`typecheck: the ${world} world has errors`);
  }
}
process.exit(failed ? 1 : 0);
