// What programs told of snapshots, over all of them and between two.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricTable } from '../../src/contract/metrics.ts';
import { createHomeWorld, type World } from './harness/world.ts';

let world: World;
const ids: string[] = [];

beforeAll(async () => {
  world = await createHomeWorld();
  mkdirSync(world.path('work'));
  await world.repository('usb', world.path('repository'));
  const script = world.path('metrics.mjs');
  writeFileSync(script, `import { readFileSync } from 'node:fs'; process.stdout.write(readFileSync(${JSON.stringify(world.path('metrics.json'))}));`);
  await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work'), '--before', JSON.stringify([process.execPath, script])]);
  for (const [i, metrics] of [{ loss: 0.5, scores: { test: 10 } }, { loss: 0.25, scores: { test: 12 }, model: '=b\u001b[31m' }].entries()) {
    writeFileSync(world.path('metrics.json'), JSON.stringify(metrics));
    writeFileSync(world.path('work/a.txt'), `${i}\n`);
    ids.push((await world.well(['snapshot', 'work', '--json'])).json<{ snapshot: { shortId: string } }>().snapshot.shortId);
  }
});
afterAll(() => world?.dispose());

describe('varve metrics', () => {
  it('is a table over all snapshots, oldest first; as CSV and JSON, too', async () => {
    const [head, ...rows] = (await world.well(['metrics', 'work'])).stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +TIME +loss +scores\.test +model$/);
    expect(rows.map((row) => [row.split(' ')[0], ...row.split(/  +/).slice(-3)])).toEqual([[ids[0], expect.any(String), '0.5', '10'], [ids[1], '0.25', '12', '=b\\u001b[31m']]);
    const table = (await world.well(['metrics', 'work', '--json'])).json<MetricTable>();
    expect(table).toMatchObject({ plan: 'work', nameCount: 3, snapshots: [{ metrics: { loss: 0.5 } }, { metrics: { loss: 0.25 } }] });
    const csv = (await world.well(['metrics', 'work', '--csv', '--limit', '1'])).stdout.split('\r\n');
    expect(csv[0]).toBe('snapshot,time,repository,loss,model,scores.test');
    expect(csv[1]).toMatch(/^[0-9a-f]{64},[^,]+,usb,0\.25,'=b\u001b\[31m,12$/);
    expect((await world.run(['metrics', 'nobody'])).code).toBe(4);
  });

  it('stands between two snapshots in diff and in its report', async () => {
    const [first, second] = ids as [string, string];
    const told = await world.well(['diff', first, second], { env: { LANG: 'pt_BR.UTF-8' } });
    expect(told.stdout).toContain('Métricas:\n  loss: 0,5 → 0,25 (−0,25)\n  model: – → =b\\u001b[31m\n  scores.test: 10 → 12 (+2)');
    expect((await world.well(['diff', first, second, '--json'])).json<object>()).toMatchObject({ metrics: { before: { loss: 0.5 }, after: { loss: 0.25 } } });
    const file = world.path('report.html');
    await world.well(['diff', first, second, '--report', file]);
    expect(readFileSync(file, 'utf8')).toContain('<td>loss</td><td class="n">0.5</td><td class="n">0.25</td><td class="n">−0.25</td>');
  });
});
