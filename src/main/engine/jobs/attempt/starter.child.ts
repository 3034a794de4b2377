// A process that starts one attempt and can be killed: `node starter.child.ts HOME [SHIM]`, the request through standard input. Only for tests.
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createProcesses } from '../../../adapters/processes.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { createAttempts, type AttemptRequest } from './index.ts';

const pieces: Buffer[] = [];
for await (const piece of process.stdin) pieces.push(piece as Buffer);
const files = createNodeFiles();
const processes = createProcesses({ files, node: process.execPath, shimFile: process.argv[3] ?? new URL('../../../shim.ts', import.meta.url).pathname });
const attempts = createAttempts({ files, clock: createSystemClock(), random: createSystemRandom(), processes, homePath: process.argv[2] as string });
process.stdout.write('starting\n');
await attempts.start(JSON.parse(Buffer.concat(pieces).toString()) as AttemptRequest);
process.stdout.write('started\n');
setInterval(() => {}, 1000);
