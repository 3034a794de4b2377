// `npm test`: every check of the project, one after the other; closes with one line that counts them.
// `npm run test:long` is the same with the full campaigns.
// Hundreds of short programs are started: what Node compiled for one is kept for the next (NODE_COMPILE_CACHE).
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

function vitest(project, files) {
  const report = join(scratch, `${project}${files.length > 0 ? '-again' : ''}.json`);
  const ended = join(scratch, 'ended.json');
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/varve-tests/compiled'), ...process.env, VARVE_ENDED_FILES: ended, ...(long ? { VARVE_LONG: '1' } : {}) };
  const reporters = ['--reporter=default', '--reporter=json', '--reporter=./scripts/test-reporter.mjs', `--outputFile.json=${report}`];
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', project, ...reporters, ...files], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env, shell: process.platform === 'win32' });
  return { status, result: JSON.parse(readFileSync(report, 'utf8')), ended: JSON.parse(readFileSync(ended, 'utf8')) };
}

/** Counts what the tests of a run gave, without some files; skipped ones are listed by name, so that none goes unseen. */
function take(result, except = []) {
  const files = result.testResults.filter((file) => !except.includes(file.name));
  for (const file of files) {
    for (const test of file.assertionResults) {
      const outcome = test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped';
      total[outcome] += 1;
      if (outcome === 'skipped') console.log(`skipped: ${test.fullName}`);
    }
    // A file that could not even be loaded counts no test: it must fail all the same.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) count(`${file.name} (${file.message})`, false);
  }
}

/**
 * A journey goes on where its step before ended, so one step alone cannot be tried again: a file of journeys that failed is run once more from its
 * beginning. Campaigns are not, nor is anything of a long run: what they find once in many rounds is a finding.
 */
function mayFailOnce({ name, status }) {
  return !long && status === 'failed' && name.includes('/e2e/') && !name.includes('/e2e/campaigns/');
}

/**
 * Runs one vitest project and adds its counts. Node itself has a fault by which a process with many threads is ended now and then (nodejs/node#64500);
 * test files that this happened to, and journeys that failed, are named and run once more. A second time it is a failure.
 */
function runProject(project) {
  console.log(`\n== ${project} tests`);
  try {
    const failedBefore = total.failed;
    const first = vitest(project, []);
    const again = [...new Set([...first.ended, ...first.result.testResults.filter(mayFailOnce).map(({ name }) => name)])];
    take(first.result, again);
    let { status } = first;
    if (again.length > 0) {
      console.log(`\n== ${project} tests, once more: ${again.join(' ')}`);
      const second = vitest(project, again);
      take(second.result);
      for (const { name, status: outcome } of second.result.testResults) if (outcome === 'passed') console.log(`passed at the second try only: ${name}`);
      ({ status } = second);
    }
    if (status !== 0 && total.failed === failedBefore) count(`${project}: exit ${status}`, false);
  } catch (error) {
    count(`${project}: no report (${error.message})`, false);
  }
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
