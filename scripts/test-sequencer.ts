// The longest test files are begun first: begun last, one of them alone would keep everybody waiting.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Measured on two cores (28 November 2026), the longest of each kind first. */
const longest = [
  'e2e/cli/keeping',
  'e2e/console/repositories',
  'e2e/cli/journey',
  'e2e/cli/restic-repositories',
  'e2e/console/going-back',
  'e2e/console/log-review',
  'e2e/desktop/quit',
  'e2e/cli/failures-work',
  'e2e/cli/serve',
  'e2e/cli/upkeep',
  'e2e/console/jobs',
  'e2e/cli/named-secrets',
  'e2e/console/secrets',
  'e2e/cli/log-verify',
  'e2e/cli/killed',
  'e2e/cli/in-place',
  'e2e/console/plans',
  'e2e/cli/failures-home',
  'e2e/cli/cold-packages',
  'e2e/cli/anchors',
  'e2e/console/alerts',
  'src/main/engine/repository/repair/repair.interop',
  'src/main/engine/repository/repository.interop',
  'src/main/engine/snapshots/snapshots.interop',
  'src/main/engine/repository/prune/prune.interop',
  'src/main/engine/repository/copying/copy.interop',
  'src/main/engine/secrets/named/named.interop',
  'src/main/engine/log/evidence/agreement.interop',
  'src/main/engine/jobs/jobs',
  'src/main/engine/snapshots/archive/archive',
  'src/main/engine/repository/service',
  'src/main/cli/log-intake',
  'src/main/engine/jobs/attempt/attempts',
  'src/main/engine/snapshots/restore/restore-threads',
  'src/main/engine/snapshots/restore/in-place',
  'src/main/cli/log-review',
  'src/main/engine/log/evidence/bundle-hostile',
  'src/main/engine/repository/passwords/keys',
  'src/main/engine/snapshots/archive/folder-memory',
  'src/main/engine/snapshots/history/history',
  'src/main/engine/snapshots/trials/trials'
];

function rankOf({ moduleId }: TestSpecification): number {
  const at = longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return at < 0 ? longest.length : at;
}

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
