// A log and a witness over loopback: the real wire from end to end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemClock } from '../../adapters/clock.ts';
import { createNodeFiles } from '../../adapters/files.ts';
import { createMemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import type { Workers } from '../../engine/ports.ts';
import { createTestEngine, type TestEngine } from '../../engine/testing/index.ts';
import { initWitness, openWitness, type Witness } from '../../engine/witness/index.ts';
import { startWitnessServer, type WitnessServer } from './witness.ts';

let folder: string;
let engine: TestEngine;
let witness: Witness;
let server: WitnessServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'varve-exchange-'));
  engine = await createTestEngine();
  const deps = { files: createNodeFiles(), random: createSystemRandom(), clock: createSystemClock(), keyring: createMemoryKeyring(), workers: {} as Workers };
  await initWitness(deps, { path: folder, name: 'desk.example', place: { kind: 'plain' } });
  witness = openWitness(deps, folder);
  await witness.unlock(undefined);
  server = await startWitnessServer({ witness, listen: { host: '127.0.0.1', port: 0 } });
});
afterEach(async () => {
  await server.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a witness follows a home’s record as it grows, and every signature stands in the record', async () => {
  const { api, context } = engine;
  await api.anchors.witnesses.add({ vkey: witness.vkey, url: `http://127.0.0.1:${server.port}` }, context);
  await expect(api.anchors.witnesses.send({ witness: 'desk.example' }, context)).rejects.toMatchObject({ code: 'WITNESS_REFUSED' });
  for (const { vkey } of await api.checkpoints.keys({}, context)) witness.trust(vkey);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 5; i++) await api.log.append({ action: 'app.noted', category: 'app', level: 'info', payload: { i } }, context);
    expect(await api.anchors.witnesses.send({ witness: 'desk.example' }, context)).toMatchObject({ anchor: { outcome: 'fits', kind: 'witness', witness: 'desk.example' } });
  }
  const [newest] = await api.anchors.list({ limit: 1 }, context);
  expect(witness.view().logs).toMatchObject([{ size: newest?.size }]);
  expect(await api.anchors.status({}, context)).toMatchObject({ due: false, days: 0, refused: null, newest: { no: newest?.no } });
  await server.close();
  await expect(api.anchors.witnesses.send({ witness: 'desk.example' }, context)).rejects.toMatchObject({ code: 'WITNESS_UNREACHABLE' });
});

it('who may only read may look at anchors and witnesses, and nothing else', async () => {
  const { api, context } = engine;
  const reader = { ...context, scope: 'read' as const };
  await api.anchors.status({}, reader);
  await api.anchors.list({ limit: 1 }, reader);
  await api.anchors.witnesses.list({}, reader);
  await expect(api.anchors.hold({ text: '1 AAAAAAAA', kind: 'paper' }, reader)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(api.anchors.witnesses.send({ witness: 'x', url: 'http://127.0.0.1/' }, reader)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(api.anchors.sheet({ language: 'en' }, reader)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
