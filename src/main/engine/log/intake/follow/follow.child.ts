// Program of the test that kills: follows what the log says, without end, and tells each look.
import { createSystemClock } from '../../../../adapters/clock.ts';
import { createNodeFiles } from '../../../../adapters/files.ts';
import { createSystemRandom } from '../../../../adapters/random.ts';
import { openLog } from '../../index.ts';
import { createInlineWorkers, testHomeId } from '../../testing.ts';

const [path = ''] = process.argv.slice(2);
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const log = openLog({ ...ports, workers: createInlineWorkers(ports, {}), path, homeId: testHomeId, session: `child-${process.pid}`, actorName: 'ada' });
console.log('ready');
for (;;) {
  await log.intake.follow.run();
  await new Promise((resume) => setImmediate(resume));
}
