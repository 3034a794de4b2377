// Program of the test that kills: imports a file into a log, and says when it begins.
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { openLog } from '../index.ts';
import { createInlineWorkers, testHomeId } from '../testing.ts';

const [path = '', file = ''] = process.argv.slice(2);
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const log = openLog({ ...ports, workers: createInlineWorkers(ports, {}), path, homeId: testHomeId, session: `child-${process.pid}`, actorName: 'ada' });
console.log('ready');
for await (const step of log.intake.import({ path: file, actor: 'ada' })) if (step.kind === 'done') break;
// Waits to be killed.
setInterval(() => undefined, 1000);
