// A home that a person has set up through the engine, packed beside it while it is open: everything it holds passes the rules by which it comes back.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JobDefinition } from '../../../../contract/jobs.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { addRepository } from '../../snapshots/testing/begin.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { openDatabase } from '../../store/index.ts';
import { createSeededRandom } from '../../testing/fake-clock.ts';
import { createTestEngine, taskEnd, type TestEngine } from '../../testing/index.ts';
import { loadState, parseState } from '../state/index.ts';
import { carriedTables } from '../state/tables.ts';
import { packLog } from './pack.ts';
import { createMemoryArchive } from './testing/memory-archive.ts';

let test: TestEngine;
beforeAll(async () => {
  test = await createTestEngine();
});
afterAll(() => test?.close());

it('packs what a person set up, and brings it back into a fresh state.db', async () => {
  const { api, context, folder, homePath } = test;
  const work = join(folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'a.txt'), 'a');
  await addRepository(test, 'safe', join(folder, 'repository'));
  await api.plans.add({ name: 'thesis', title: 'Tese', repository: 'safe', paths: [work], excludes: ['*.o'], tags: ['phd'], zone: 'UTC' }, context);
  await api.plans.edit({ plan: 'thesis', hooks: { before: { argv: [process.execPath, '-e', ''], timeLimitSeconds: 20, environment: [] }, after: null, check: null } } as never, context);
  await api.keeping.retention.set({ plan: 'thesis', policy: { keepDaily: 7 } }, context);
  await api.plans.add({ name: 'gone', repository: 'safe', paths: [work], excludes: [], tags: [], zone: 'UTC' }, context);
  await api.plans.remove({ plan: 'gone' } as never, context);
  await taskEnd(api, (await api.snapshots.take({ plan: 'thesis', tags: [], note: 'antes da revisão' }, context)).taskId);
  await api.secrets.set({ name: 'door', value: 'correct horse battery', expiresAt: null } as never, context);
  await api.jobs.add({ definition: JobDefinition.parse({ name: 'nightly', work: { kind: 'command', argv: [process.execPath, '-e', ''] }, schedule: { kind: 'manual' } }) }, context);
  await api.alerts.channels.add({ name: 'hook', enabled: true, target: { kind: 'webhook', url: 'https://example.org/x' }, secret: { kind: 'value', value: 'LEAKED-signing-key' }, fallback: null }, context);
  await api.alerts.silence({ matchers: { job: 'nightly' }, until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'away' } as never, context);
  await api.review.views.save({ name: 'This week', filter: { category: ['note'] } }, context);
  await api.system.settings.set({ theme: 'dark' }, context);
  const { home } = await api.system.status({}, context);

  const archive = createMemoryArchive();
  const packed = await packLog({ files: createNodeFiles(), random: createSeededRandom('home'), archive, homePath, homeId: home?.id as string, homeCreatedAt: home?.createdAt as string, stateMigrations, temporaryFolder: folder });
  expect(packed).toMatchObject({ problems: [], damage: [], chainValidAtBackup: true, eventlogSummary: { snapshot_exists: true } });
  const text = String(archive.members.get('event-log-snapshot.json'));
  for (const secret of ['LEAKED', 'correct horse']) expect(text).not.toContain(secret);

  const path = '/p.tar.gz';
  const fresh = openDatabase({ path: join(folder, 'fresh', 'state.db'), files: createNodeFiles(), migrations: stateMigrations, kind: 'state' });
  const loaded = loadState(fresh, parseState(text, { path, known: stateMigrations.map(({ version }) => version) }), { path, atHand: { bytes: 1, files: 1, sha256: 'a'.repeat(64), events: 1 }, pause: { by: 'Ada', at: '2026-11-28T00:00:00.000Z', reason: 'came back', until: null } });
  expect(loaded).toMatchObject({ settings: { theme: 'dark' }, jobs: ['nightly'], channels: ['hook'], hooks: [{ plan: 'thesis' }], dropped: [] });
  const empty = carriedTables.map(({ name }) => name).filter((name) => (loaded.rows[name] ?? 0) === 0);
  expect(empty).toEqual(['alert_settings', 'packages']);
  fresh.close();
});
