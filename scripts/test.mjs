// `npm test`: every check of the project, one after the other; closes with one line that counts them.
// `npm run test:long` is the same with the full campaigns.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provideTestTools } from './test-tools.mjs';

const root = join(import.meta.dirname, '..');
const long = process.argv.includes('--long');
const scratch = mkdtempSync(join(tmpdir(), 'varve-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };

function count(name, ok) {
  total[ok ? 'passed' : 'failed'] += 1;
  if (!ok) console.error(`test: ${name} failed`);
  return ok;
}

function run(name, command, args) {
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  console.log(`== ${name}: ${status === 0 ? 'passed' : 'failed'} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  return status === 0;
}

/** Runs one vitest project and adds its counts; skipped tests are listed by name, so that none goes unseen. */
function runProject(project) {
  const report = join(scratch, `${project}.json`);
  console.log(`\n== ${project} tests`);
  const env = { ...process.env, ...(long ? { VARVE_LONG: '1' } : {}) };
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', '--reporter=./scripts/second-tries.mjs', `--outputFile.json=${report}`], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env, shell: process.platform === 'win32' });
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    count(`${project}: no report (${error.message})`, false);
    return;
  }
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests;
  total.skipped += result.numPendingTests + result.numTodoTests;
  // A file that could not even be loaded counts no test: it must fail all the same.
  const broken = result.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  for (const file of broken) count(`${file.name} (${file.message})`, false);
  if (status !== 0 && result.numFailedTests === 0 && broken.length === 0) count(`${project}: exit ${status}`, false);
  for (const file of result.testResults) for (const test of file.assertionResults) if (test.status === 'pending') console.log(`skipped: ${test.fullName}`);
}

if (!provideTestTools()) process.exit(1);
count('type check', run('type check', process.execPath, ['scripts/typecheck.mjs']));
count('lint', run('lint', 'npm', ['run', '--silent', 'lint']));
const built = count('build', run('build', 'npm', ['run', '--silent', 'build']));
runProject('unit');
runProject('interop');
if (built) runProject('e2e');
rmSync(scratch, { recursive: true, force: true });
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
