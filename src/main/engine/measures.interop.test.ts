// Metrics of a real engine, judged by Prometheus' own tool.
import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { JobDefinition } from '../../contract/jobs.ts';
import { createTestEngine, type TestEngine } from './testing/index.ts';

let test: TestEngine | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
});

const valueOf = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
};

async function run({ api, context }: TestEngine, job: string, dry = false): Promise<void> {
  const { id } = await api.jobs.run({ job, reason: '', whenBusy: 'refuse', test: dry }, context);
  for (;;) {
    const { run: now } = await api.runs.get({ run: id }, context);
    if (now.endedAt !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('tells what jobs did in a form that Prometheus accepts, and goes on counting after a restart', async () => {
  test = await createTestEngine();
  const add = (name: string, code: number, schedule: object): Promise<unknown> =>
    Promise.resolve(test?.api.jobs.add({ definition: JobDefinition.parse({ name, work: { kind: 'command', argv: [process.execPath, '-e', `process.exit(${code})`] }, schedule, retries: { most: 0 } }) }, test.context));
  await add('well', 0, { kind: 'cron', expression: '0 3 * * *', zone: 'UTC' });
  await add('badly', 1, { kind: 'manual' });
  await test.api.secrets.set({ name: 'token-of-nas', value: 'for this test only', expiresAt: '2030-01-01T00:00:00.000Z' } as never, test.context);
  await run(test, 'well');
  await run(test, 'well');
  await run(test, 'badly');
  await run(test, 'badly', true);
  const text = test.engine.metrics() as string;
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  expect(checked.error, 'promtool of the package prometheus').toBeUndefined();
  expect([checked.status, checked.stderr]).toEqual([0, '']);

  expect(valueOf(text, 'varve_job_runs_total{job="well",state="succeeded"}')).toBe(2);
  expect(valueOf(text, 'varve_job_runs_total{job="badly",state="failed"}')).toBe(1);
  expect(valueOf(text, 'varve_job_run_duration_seconds_count')).toBe(3);
  expect(valueOf(text, 'varve_job_run_duration_seconds_bucket{le="+Inf"}')).toBe(3);
  expect(valueOf(text, 'varve_secret_expiry_timestamp_seconds{secret="token-of-nas"}')).toBe(Date.UTC(2030, 0, 1) / 1000);
  expect(valueOf(text, 'varve_build_info{version="0.0.0-test"}')).toBe(1);
  expect(valueOf(text, 'varve_outbox_pending')).toBe(0);
  expect(valueOf(text, 'varve_alerts_firing{severity="critical"}')).toBe(0);
  const job = await test.api.jobs.get({ job: 'well' }, test.context);
  expect(valueOf(text, 'varve_job_next_run_timestamp_seconds{job="well"}')).toBe(Date.parse(job.nextAt as string) / 1000);
  expect(valueOf(text, 'varve_job_last_success_timestamp_seconds{job="well"}')).toBe(Date.parse(job.lastGoodAt as string) / 1000);
  expect(valueOf(text, 'varve_job_last_success_timestamp_seconds{job="badly"}')).toBeUndefined();
  expect(text).not.toContain(test.folder);

  await test.engine.stop();
  const again = await createTestEngine({ folder: test.folder, keyring: test.keyring });
  try {
    await run(again, 'well');
    expect(valueOf(again.engine.metrics() as string, 'varve_job_runs_total{job="well",state="succeeded"}')).toBe(3);
  } finally {
    await again.close();
  }
});
