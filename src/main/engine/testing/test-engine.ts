// A whole engine on a folder of its own: real files, real worker threads from source, a keyring in memory. For tests of any world that may
// load Node; ends with `close`, which removes the folder.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskState } from '../../../contract/events.ts';
import type { CallContext } from '../../../contract/index.ts';
import { createMemoryKeyring, type MemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createNodePorts } from '../../adapters/node-ports.ts';
import type { EngineConfig } from '../config.ts';
import { createEngine, type Engine } from '../index.ts';
import type { Ports } from '../ports.ts';
import { testContext } from './context.ts';

export interface TestEngineOptions extends Partial<EngineConfig> {
  /** Makes the home at once (the default), with the keyring unless `vault` is given a passphrase. */
  init?: boolean | { vault: string };
  ports?: Partial<Ports>;
  keyring?: MemoryKeyring;
  /** False: `engine.start` is left to the test. */
  start?: boolean;
  /** An existing folder of another test engine, to open the same home again. It is then not removed by `close`. */
  folder?: string;
}

export interface TestEngine {
  engine: Engine;
  api: Engine['api'];
  /** An owner's call; use `{ ...context, scope: 'read' }` for others. */
  context: CallContext;
  ports: Ports;
  keyring: MemoryKeyring;
  /** The folder everything lies in; the home is `<folder>/home`. */
  folder: string;
  homePath: string;
  close(): Promise<void>;
}

export async function createTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const { init = true, start = true, ports: replaced, keyring = createMemoryKeyring(), folder = realpathSync(mkdtempSync(join(tmpdir(), 'varve-engine-'))), ...config } = options;
  const ports: Ports = { ...createNodePorts({ workerFile: new URL('../../worker.ts', import.meta.url), dataThreads: 2 }), keyring, ...replaced };
  const homePath = config.homePath ?? join(folder, 'home');
  const engine = createEngine(ports, { host: 'serve', version: '0.0.0-test', environment: {}, session: 'test-session', ...config, homePath });
  try {
    if (start) await engine.start();
  } catch (error) {
    await ports.workers.close();
    throw error;
  }
  if (start && init !== false && !engine.homeOpen) {
    await engine.api.system.init(init === true ? { secretStore: 'keyring' } : { secretStore: 'vault', passphrase: init.vault }, testContext);
  }
  return {
    engine,
    api: engine.api,
    context: testContext,
    ports,
    keyring,
    folder,
    homePath,
    close: async () => {
      await engine.stop();
      await ports.workers.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Waits until a task has ended and returns its last state. */
export async function taskEnd(api: Engine['api'], taskId: string): Promise<TaskState> {
  let last: TaskState | undefined;
  for await (const state of api.system.tasks.watch({ id: taskId }, testContext)) last = state;
  if (!last) throw new Error(`task ${taskId} said nothing`);
  return last;
}
