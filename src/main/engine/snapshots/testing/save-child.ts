// A process that takes one snapshot and can be killed: `node save-child.ts REPOSITORY SOURCE`. Only for tests.
import { save } from './save-and-restore.ts';
import { openMasterKey, realContext } from './workshop.ts';

const [repository, source] = process.argv.slice(2) as [string, string];
process.on('SIGHUP', () => undefined);
const context = realContext();
const key = await openMasterKey(context, repository);
process.stdout.write('started\n');
const saved = await save(context, repository, key, [source], { timeNs: context.clock.nowNs() });
process.stdout.write(`${saved.snapshotId}\n`);
await context.workers.close();
