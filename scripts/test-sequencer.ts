// The longest test files are begun first: begun last, one of them alone would keep everybody waiting.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const longest = [
  'src/main/engine/snapshots/restore/in-place',
  'src/main/cli/log-review',
  'src/main/engine/jobs/steps',
  'src/main/engine/repository/service',
  'src/main/engine/snapshots/snapshots.interop',
  'src/main/engine/log/evidence/agreement.interop',
  'e2e/cli/keeping',
  'e2e/cli/killed',
  'e2e/console/going-back',
  'e2e/cli/journey',
  'e2e/console/log-review',
  'e2e/cli/named-secrets',
  'e2e/cli/failures-home',
  'e2e/cli/serve'
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
