// All ports for Node in one object: what `createEngine` gets in the desktop's utility process, under `varve serve` and on the command line.
import { dirname, extname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger, Ports } from '../engine/ports.ts';
import { createSystemClock } from './clock.ts';
import { createNodeFiles } from './files.ts';
import { createSystemKeyring } from './keyring.ts';
import { findNode, outsideArchive } from './find-node.ts';
import { createLogger } from './logger.ts';
import { createMachine } from './machine.ts';
import { createMail } from './mail.ts';
import { createNet } from './net.ts';
import { createPower } from './power.ts';
import { createProcesses } from './processes.ts';
import { createPrograms } from './programs.ts';
import { createSystemRandom } from './random.ts';
import { insideElectron } from './raw-fs.ts';
import { createVolumes } from './volumes.ts';
import { createNodeWorkers } from './workers.ts';

export interface NodePortsOptions {
  /** `new URL('./worker.ts', import.meta.url)` from source, `./worker.js` when built. The shim of jobs lies beside it. */
  workerFile: URL | string;
  /** Default: warnings and errors to standard error. */
  logger?: Logger;
  /** Threads' number and environment, see `createNodeWorkers`. */
  dataThreads?: number;
  env?: Record<string, string>;
}

/** The caller ends it with `ports.workers.close()`; nothing else holds resources. */
export function createNodePorts(options: NodePortsOptions): Ports {
  const { workerFile, dataThreads, env } = options;
  const clock = createSystemClock();
  const logger = options.logger ?? createLogger({ level: 'warn', clock });
  const files = createNodeFiles();
  return {
    clock,
    random: createSystemRandom(),
    files,
    keyring: createSystemKeyring({ service: 'varve', clock }),
    workers: createNodeWorkers({ workerFile, logger, ...(dataThreads !== undefined && { dataThreads }), ...(env && { env }) }),
    volumes: createVolumes({ files }),
    power: createPower({ files }),
    net: createNet(),
    mail: createMail(),
    programs: createPrograms(),
    processes: createProcesses({ files, ...shimOf(workerFile, (path) => files.stat(path) !== undefined) }),
    logger,
    machine: createMachine()
  };
}

/** The program that runs an attempt of a job, and the Node that runs it. */
function shimOf(workerFile: URL | string, exists: (path: string) => boolean): { shimFile: string; node: string | undefined } {
  const worker = typeof workerFile === 'string' && isAbsolute(workerFile) ? workerFile : fileURLToPath(workerFile);
  const folder = dirname(worker);
  const { execPath, platform } = process;
  return { shimFile: outsideArchive(join(folder, `shim${extname(worker)}`)), node: findNode({ execPath, insideElectron, root: join(folder, '..', '..'), platform, exists }) };
}
