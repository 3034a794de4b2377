// A vitest reporter for what the others do not tell: test files whose process was ended by a signal. Those are written to the file VARVE_ENDED_FILES
// names, as JSON.
import { writeFileSync } from 'node:fs';

export default class TestReporter {
  onTestRunEnd(_modules, errors) {
    const ended = errors.flatMap((error) => /exited unexpectedly with signal (\w+) .* running test file (.+)$/m.exec(`${error.message}\n${error.cause?.message ?? ''}`)?.slice(1) ?? []);
    const files = ended.filter((_, i) => i % 2 === 1);
    for (const [i, file] of files.entries()) console.log(`ended by ${ended[2 * i]}: ${file}`);
    if (process.env.VARVE_ENDED_FILES) writeFileSync(process.env.VARVE_ENDED_FILES, JSON.stringify(files));
  }
}
