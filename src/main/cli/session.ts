// How a command reaches the engine: through the owner's local socket when the home has one, otherwise by holding the lease itself and
// running the engine in this process (decisions.md 3).
import { randomBytes } from 'node:crypto';
import { config } from 'zod';
import { describeName, describeReason } from '../../contract/copy/reasons.ts';
import { contractVersion, type VarveClient } from '../../contract/index.ts';
import type { Status } from '../../contract/system.ts';
import { varveVersion } from '../../contract/version.ts';
import { readOwner, type Owner } from '../adapters/lease.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { createEngine, type Engine } from '../engine/index.ts';
import { sleep, withTimeout } from '../engine/kit/async.ts';
import { isVarveError, VarveError } from '../engine/kit/errors.ts';
import { defaultHomePath, homeMarker, resolveUserPath } from '../engine/kit/paths.ts';
import type { Ports } from '../engine/ports.ts';
import { bringsPassphrase, passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { connectDirect } from '../transport/direct.ts';
import { takeHome, type OwnedHome } from '../transport/owner.ts';
import { createRouter } from '../transport/router.ts';
import { askHidden, canAsk } from './ask.ts';
import type { Output } from './output.ts';

const waitForOwnerMs = 30_000;
const answerLimitMs = 5_000;
/** A command that takes longer than this can be reached by others; until then they wait for the home. */
const listenAfterMs = 500;
const lookAgainMs = 50;

export interface SessionOptions {
  homePath: string;
  output: Output;
  workerFile: URL;
  /** The command works longer than a moment, so others should be able to reach it meanwhile. */
  long: boolean;
  /** `init` works on a place where there is no home yet. */
  mayBeMissing?: boolean;
  /** `doctor` also looks at a home that cannot be opened. */
  mayBeBroken?: boolean;
  /** Worker tasks that will be wanted, by thread. */
  threads?: readonly (readonly [string, ...string[]])[];
  signal: AbortSignal;
}

export interface Session {
  client: VarveClient;
  /** Who does the work, when it is another process. */
  owner?: string;
  /** Why the home could not be opened; only with `mayBeBroken`. */
  failure?: unknown;
  end(): Promise<void>;
}

/** The home a command means: `--home`, else VARVE_HOME, else the platform's place. */
export function homePathOf(option: string | undefined, ports: Pick<Ports, 'machine'>): string {
  const { platform, userHome } = ports.machine;
  if (option !== undefined) return resolveUserPath(option, { platform, userHome, workingFolder: process.cwd() });
  return defaultHomePath(process.env, platform, userHome);
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const { homePath, output, signal } = options;
  // A command checks a handful of values: writing and compiling code for that takes longer than checking.
  config({ jitless: true });
  const ports = createNodePorts({ workerFile: options.workerFile });
  let told = false;
  const giveUpAt = ports.clock.monotonicMs() + waitForOwnerMs;
  try {
    for (;;) {
      const owner = readOwner(homePath, ports.files);
      try {
        if (owner && !owner.stale && owner.socketPath !== undefined && owner.token !== undefined) return await joinOwner(owner, ports, options);
        return await ownHome(options, ports);
      } catch (error) {
        // It ended between our reading where it listens and our first question: the home is free in a moment.
        if (isVarveError(error) && error.code === 'OWNER_LOST' && ports.clock.monotonicMs() <= giveUpAt && !signal.aborted) {
          await sleep(ports.clock, lookAgainMs, signal);
          continue;
        }
        if (!isVarveError(error) || error.code !== 'HOME_BUSY' || ports.clock.monotonicMs() > giveUpAt || signal.aborted) throw error;
        if (!told && !output.json) output.note(output.words.say('waitingForOwner', { owner: describeName(output.words.language, 'owner', (error.data as { owner: string }).owner) }));
        told = true;
      }
    }
  } catch (error) {
    await ports.workers.close();
    throw error;
  }
}

/** One question shows whether the owner answers at all: it may be stopped or hang. */
async function joinOwner(owner: Owner, ports: Ports, { output, signal }: SessionOptions): Promise<Session> {
  if (owner.contractVersion !== contractVersion) {
    throw new VarveError('VERSION_MISMATCH', 'the owner of this home speaks another version', { mine: contractVersion, theirs: owner.contractVersion });
  }
  const who = `${owner.kind}, ${owner.pid}`;
  const line = new AbortController();
  // Ctrl+C first asks for a clean end; an owner that does not answer is left after that.
  signal.addEventListener('abort', () => setTimeout(() => line.abort(), answerLimitMs).unref(), { once: true });
  const { connectSocket } = await import('../transport/socket-client.ts');
  const connection = connectSocket({ socketPath: owner.socketPath ?? '', token: owner.token ?? '', signal: line.signal });
  try {
    const status = await withTimeout({ clock: ports.clock, limitMs: answerLimitMs, what: `the answer of another Varve (${owner.kind}, PID ${owner.pid})`, signal }, (limit) => connection.client.system.status({}, { signal: limit }));
    await unlockIfLocked(connection.client, status, ports, output);
  } catch (error) {
    await connection.close();
    throw error;
  }
  await ports.workers.close();
  return { client: connection.client, owner: who, end: () => connection.close() };
}

async function ownHome(options: SessionOptions, ports: Ports): Promise<Session> {
  const { homePath, output, signal, long, mayBeMissing } = options;
  if (!mayBeMissing && !ports.files.stat(`${homePath}/${homeMarker}`)) throw new VarveError('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
  for (const names of options.threads ?? []) ports.workers.prepare?.(...names);
  const home = await takeHome({ homePath, kind: 'cli', waitMs: 1_000, signal, ...ports });
  const engine = createEngine(ports, { homePath, host: 'cli', version: varveVersion, environment: process.env, session: randomBytes(8).toString('hex'), owner: () => ({ socket: home.socketPath() }) });
  let stopListening = async (): Promise<void> => undefined;
  const end = async (): Promise<void> => {
    await stopListening();
    // Other commands may have joined meanwhile: their work is not cut off because this command is done. A signal ends everything.
    if (!signal.aborted) {
      await engine.idle(signal).catch(() => undefined);
      // Those who are here may have another question; nobody new comes. What they began is waited for, too, and they may ask how it went.
      await home.leave();
      await engine.idle(signal).catch(() => undefined);
      await home.leave();
    }
    await engine.stop();
    await home.release();
    await ports.workers.close();
  };
  try {
    let failure: unknown;
    await engine.start().catch((error: unknown) => {
      if (!options.mayBeBroken) throw error;
      failure = error;
    });
    const router = createRouter(engine.api);
    const client = connectDirect(router, { actor: ports.machine.username, via: 'cli', scope: 'owner' });
    if (long) stopListening = listenLater({ home, output, ports }, router);
    await prepare({ client, engine, output, ports });
    return { client, failure, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Listens once the command has run for a while. Returns how to give that up, waiting for what is under way. */
function listenLater({ home, output, ports }: { home: OwnedHome; output: Output; ports: Ports }, router: ReturnType<typeof createRouter>): () => Promise<void> {
  let listening = Promise.resolve();
  const cancel = ports.clock.setTimer(listenAfterMs, () => {
    listening = home.listen(router).then((result) => {
      if ('reason' in result && !output.json) output.note(`varve: ${output.words.say('noSocket', { reason: output.words.reason(result.reason) })}`);
    });
  });
  return () => {
    cancel();
    return listening;
  };
}

async function prepare({ client, engine, output, ports }: { client: VarveClient; engine: Engine; output: Output; ports: Ports }): Promise<void> {
  if (!engine.homeOpen) return;
  for (const notice of engine.notices()) if (!output.json) output.note(noticeText(output, notice));
  // With its passphrase at hand the vault is opened when something of it is needed; without, a person is asked now.
  if (!bringsPassphrase(process.env)) await unlockIfLocked(client, await client.system.status({}), ports, output);
}

/** The owner may have been started without the passphrase that this command has. */
async function unlockIfLocked(client: VarveClient, status: Status, { files }: Pick<Ports, 'files'>, output: Output): Promise<void> {
  if (status.secretStore?.state !== 'locked') return;
  const passphrase = passphraseFromEnvironment(files, process.env) ?? (canAsk() ? await askHidden(output.words.say('askPassphrase')) : undefined);
  if (passphrase !== undefined) await client.system.unlock({ passphrase });
}

function noticeText({ words: { say, language } }: Output, { code, data }: { code: string; data: Record<string, string | number> }): string {
  if (code === 'settings-set-aside') return say('settingsSetAside', data);
  if (code === 'interrupted-snapshot') return say('interruptedSnapshot', data);
  if (code === 'events-drained') return say('noticeEvents', data);
  if (code === 'stale-lock-removed') return say('noticeLock', data);
  if (code === 'jobs-file-refused') return say('noticeJobsFile', { ...data, reason: describeReason(language, String(data['reason'])) });
  if (code === 'record-broken') return say('noticeRecordBroken', data);
  if (code === 'record-behind') return say('noticeRecordBehind', data);
  return say('noticeMigrated', data);
}
