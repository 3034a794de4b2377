// Program of the concurrency test: appends its share to a log that other processes append to at the same time.
import { createNodeFiles } from '../../adapters/files.ts';
import { createSystemClock } from '../../adapters/clock.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import { openLog } from './index.ts';
import { createInlineWorkers, testHomeId } from './testing.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);
const ports = { files: createNodeFiles(), clock: createSystemClock(), random: createSystemRandom() };
const log = openLog({ ...ports, workers: createInlineWorkers(ports, {}), path, homeId: testHomeId, session: `child-${name}`, actorName: 'ada' });
for (let i = 0; i < Number(count); i++) log.append({ action: 'app.counted', category: 'app', subject: `child:${name}`, payload: { child: name, i } });
log.close();
