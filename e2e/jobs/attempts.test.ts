// kill -9 of everybody who has to do with an attempt, at any moment: whoever starts it, whoever keeps it, the program, or nobody but a stop. With the built shim.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src/main/adapters/clock.ts';
import { createNodeFiles } from '../../src/main/adapters/files.ts';
import { createProcesses } from '../../src/main/adapters/processes.ts';
import { createSystemRandom } from '../../src/main/adapters/random.ts';
import { createAttempts, type AttemptRequest, type Attempts, type Found } from '../../src/main/engine/jobs/attempt/index.ts';
import { recordCampaign } from '../cli/harness/campaign.ts';
import { projectFolder } from '../cli/harness/program.ts';
import { scaled, seed } from '../cli/harness/scale.ts';
import { Seeded } from '../cli/harness/trees.ts';

const rounds = scaled(8, 200);
const lines = 40;
const shimFile = join(projectFolder, 'out/main/shim.js');
const files = createNodeFiles();
const processes = createProcesses({ files, node: process.execPath, shimFile });
const random = new Seeded(`attempts ${seed}`);
const victims = ['starter', 'shim', 'program', 'shim and program', 'stop'] as const;
const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
let home: string;
let attempts: Attempts;

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'varve-campaign-')));
  attempts = createAttempts({ files, clock: createSystemClock(), random: createSystemRandom(), processes, homePath: home });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const isShim = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(shimFile);
  } catch {
    return false;
  }
};

/** Kills those of the attempt that are meant, at once, whether anything says yet who they are or not. */
async function strike(runId: string, victim: (typeof victims)[number], starter: number): Promise<void> {
  if (victim === 'stop') return void (await attempts.stop(runId, 1, { force: false }).catch(() => false));
  const meant = victim === 'starter' ? [starter] : ((await processes.withEnvironment('VARVE_RUN_ID', runId)) ?? []).map(({ pid }) => pid).filter((pid) => victim === 'shim and program' || (victim === 'shim') === isShim(pid));
  for (const pid of meant) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
}

async function settled(runId: string): Promise<Found> {
  for (;;) {
    const found = await attempts.find(runId, 1);
    if ('result' in found || 'gone' in found || 'noIdentity' in found) return found;
    await pause(50);
  }
}

const kindOf = (found: Found): string => ('result' in found ? (found.result.stoppedBy ?? (found.result.exit?.signal ? 'killed' : 'ended')) : 'gone' in found ? found.gone : 'never begun, or nobody knows');

describe.runIf(process.platform === 'linux')('an attempt of which somebody is killed', () => {
  it('is found as what it is, never begins twice, and leaves nobody behind', async () => {
    const counts = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const victim = victims[random.below(victims.length)] as (typeof victims)[number];
      const delayMs = random.below(1_200);
      const what = `round ${round}: ${victim} after ${delayMs} ms`;
      const [mark, end] = ['mark', 'end'].map((name) => join(mkdtempSync(join(home, 'marks-')), name)) as [string, string];
      const script = `echo begun >> '${mark}'; i=0; while [ $i -lt ${lines} ]; do echo "line $i"; i=$((i+1)); sleep 0.015; done; echo x > '${end}'`;
      const request: AttemptRequest = { runId: `round-${round}-${Date.now()}`, attempt: 1, argv: ['/bin/sh', '-c', script], folder: '/', environment: { PATH: '/usr/bin:/bin' }, secrets: [], timeoutMs: 0, idleTimeoutMs: 0, stopSignal: 'SIGTERM', graceMs: 5_000 };
      const starter = spawn(process.execPath, [join(projectFolder, 'src/main/engine/jobs/attempt/starter.child.ts'), home, shimFile], { stdio: ['pipe', 'pipe', 'inherit'] });
      const starterEnded = new Promise((resolve) => starter.once('exit', resolve));
      starter.stdin.end(JSON.stringify(request));
      await new Promise((resolve) => starter.stdout.once('data', resolve));
      await pause(delayMs);
      await strike(request.runId, victim, starter.pid as number);
      if (!existsSync(join(home, 'output', request.runId, '1'))) await pause(300); // it has not come so far yet
      if (victim !== 'starter') await pause(200);
      starter.kill('SIGKILL');
      await starterEnded;
      const found = await settled(request.runId);
      const kind = kindOf(found);
      counts.set(`${victim}: ${kind}`, (counts.get(`${victim}: ${kind}`) ?? 0) + 1);

      await expect.poll(async () => [what, (await processes.withEnvironment('VARVE_RUN_ID', request.runId))?.length]).toEqual([what, 0]); // the shim ends right after its result
      const begun = existsSync(mark) ? readFileSync(mark, 'utf8') : '';
      expect([what, begun === '' || begun === 'begun\n']).toEqual([what, true]);
      const output = existsSync(join(home, 'output', request.runId, '1')) ? attempts.output(request.runId, 1) : undefined;
      await output?.refresh();
      const texts = ((await output?.page(0, 1_000))?.rows ?? []).map((row) => ('gap' in row ? 'gap' : row.text));
      expect([what, texts]).toEqual([what, Array.from({ length: texts.length }, (_, i) => `line ${i}`)]);
      if (kind === 'ended') expect([what, texts.length, existsSync(end), begun]).toEqual([what, lines, true, 'begun\n']);
      if (kind === 'crash') expect([what, victim.startsWith('shim')]).toEqual([what, true]);
      if (kind === 'killed') expect([what, victim]).toEqual([what, 'program']);
      if (kind === 'stop') expect([what, victim, 'result' in found && found.result.exit]).toEqual([what, 'stop', { code: null, signal: 'SIGTERM' }]);
      if (kind.startsWith('never') && !victim.startsWith('shim')) expect([what, begun, texts]).toEqual([what, '', []]);
      if (begun !== '') await expect(attempts.start(request)).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    const told = [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([kind, count]) => `${count} ${kind}`);
    recordCampaign('kill -9 around an attempt of a job', `${rounds} rounds, ${told.join(', ')}; none begun twice, no process left, no line lost before another`);
  });
});
