// Entry of the shim (`out/main/shim.js` when built): one small plain Node process for one attempt of a job. It starts the program, outlives the
// window, and writes what was said and how it ended. The request comes through standard input and nowhere else: arguments can be read by everybody.
// `shim.js RUN ATTEMPT` or, on Windows and by itself, `shim.js --break PID`.
import { createSystemClock } from './adapters/clock.ts';
import { createNodeFiles } from './adapters/files.ts';
import { createProcesses } from './adapters/processes.ts';
import { sendBreak } from './adapters/windows-break.ts';
import { parseRequest } from './engine/jobs/attempt/protocol.ts';
import { supervise } from './engine/jobs/attempt/supervise.ts';
import type { Random } from './engine/ports.ts';

// Whoever asks whether a process lives by this signal must not end it.
process.on('SIGHUP', () => {});
// Nobody reads what this process says, and what it says could hold a secret.
process.on('uncaughtException', () => process.exit(70));

// From the first moment on: the system may want it to end before the program has begun.
const shutdown = Promise.withResolvers<void>();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => shutdown.resolve());

// It is started for every attempt of every job, so what costs milliseconds to load is left out: iterators of streams here, `node:crypto` below.
const readInput = (): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    process.stdin.on('data', (piece: Buffer) => pieces.push(piece)).once('end', () => resolve(Buffer.concat(pieces))).once('error', reject);
  });

/** For names of temporary files in a folder that nobody else can write to, and for nothing else. */
const chance: Random = { bytes: (length) => Uint8Array.from({ length }, () => Math.floor(Math.random() * 256)) };

const [first, second] = process.argv.slice(2);
if (first === '--break') process.exit(sendBreak(Number(second)) ? 0 : 1);
// One that was cut off begins nothing: its sender is no more.
const request = parseRequest(await readInput());
if (!request || request.runId !== first || String(request.attempt) !== second) process.exit(2);

const files = createNodeFiles();
await supervise(
  {
    files,
    clock: createSystemClock(),
    random: chance,
    processes: createProcesses({ files, node: process.execPath, shimFile: process.argv[1] ?? '' }),
    onShutdown: (listener) => void shutdown.promise.then(listener)
  },
  request
);
process.exit(0);
