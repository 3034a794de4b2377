// Several commands on one home at once: whoever comes while another works becomes its client, and is not left alone when that one ends.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeManyFiles } from './harness/trees.ts';
import { createReadyWorld, type World } from './harness/world.ts';

let world: World;
beforeAll(async () => {
  world = await createReadyWorld();
  makeManyFiles(world.path('papers'), 200, 'together');
  await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('papers')]);
});
afterAll(() => world?.dispose());

it('all are answered, whenever they come', async () => {
  const problems: string[] = [];
  const ask = async (args: readonly string[], afterMs: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const { code, stdout, stderr } = await world.run([...args, '--json']);
    if (code !== 0) problems.push(`${args.join(' ')} ended with ${code}: ${stdout} ${stderr}`);
  };
  for (let round = 0; round < 2; round += 1) {
    await Promise.all([ask(['snapshot', 'work'], 0), ...Array.from({ length: 6 }, (_, i) => ask(i % 2 === 0 ? ['snapshots'] : ['plan', 'list'], 400 + i * 250))]);
  }
  expect(problems).toEqual([]);
});

it('a forget that finds nothing to forget answers in the form of one that does', async () => {
  const report = (await world.well(['forget', 'work', '--keep-last', '1000', '--yes', '--json'])).json();
  expect(report).toMatchObject({ removed: [], repositoryName: 'usb' });
});
