// One package of many small files: `make FOLDER FORMAT FILES`, `check PACKAGE`. Prints what came of it and the most memory it took.
import { createSystemClock } from '../../src/main/adapters/clock.ts';
import { createNodeFiles } from '../../src/main/adapters/files.ts';
import { createSystemRandom } from '../../src/main/adapters/random.ts';
import { checkPackage } from '../../src/main/engine/packages/check/check.ts';
import { placePackage } from '../../src/main/engine/packages/place.ts';

const [step = '', where = '', format = '', wanted = ''] = process.argv.slice(2);
const files = createNodeFiles();
const perFolder = 100;
const peakMib = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
const say = (facts: object): void => {
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ ...facts, peakMib: peakMib(), cpuSeconds: Math.round((user + system) / 1e6) }));
};

if (step === 'make') {
  const placed = await placePackage({ files, clock: createSystemClock(), random: createSystemRandom() }, { folder: where, kind: 'snapshot', format: format as 'zip' | 'tar.gz', name: 'many' }, async (into) => {
    for (let i = 0; i < Number(wanted); i++) {
      const below = `files/home/ana/thesis/measurements/run-${String(Math.floor(i / perFolder)).padStart(6, '0')}`;
      if (i % perFolder === 0) await into.folder({ path: below });
      const content = Buffer.from(`sample ${i}\n`);
      await into.file({ path: `${below}/sample-${String(i).padStart(8, '0')}.csv`, size: content.length }, [content]);
    }
    return { sourceDir: '/generated', generator: 'Varve test' };
  });
  say({ path: placed.path, files: placed.files, bytes: placed.bytes });
} else {
  const { check } = await checkPackage({ files }, where);
  say({ files: check.files, problems: check.problemCount });
}
