// Entry of the desktop's utility process: the engine with its home, served to main and to pages over message ports. Where another process
// (`varve serve`, a long command) already owns the home, this one is its client and passes the calls on (docs/architecture.md).
import { randomBytes } from 'node:crypto';
import type { FromEngine, ToEngine } from '../contract/engine-process.ts';
import { contractVersion, type EngineApi } from '../contract/index.ts';
import { varveVersion } from '../contract/version.ts';
import { maskLastWords, sayLastWords } from './adapters/last-words.ts';
import { readOwner, type Owner } from './adapters/lease.ts';
import { createNodePorts } from './adapters/node-ports.ts';
import { createEngine } from './engine/index.ts';
import { isVarveError, toWire } from './engine/kit/errors.ts';
import { defaultHomePath } from './engine/kit/paths.ts';
import type { Ports } from './engine/ports.ts';
import { apiOver, desktopOver } from './transport/forward.ts';
import { takeHome } from './transport/owner.ts';
import { servePort } from './transport/port.ts';
import { createRouter } from './transport/router.ts';
import { connectSocket } from './transport/socket-client.ts';

/** Longer than a short command holds the home. */
const waitForHomeMs = 3_000;

type Router = ReturnType<typeof createRouter>;
interface Served {
  router: Router;
  /** The computer was asleep. */
  wake(): void;
  stop(): Promise<void>;
}

// restic asks whether a lock's holder lives by this signal.
process.on('SIGHUP', () => {});
// Electron only warns here; main starts a fresh one.
const die = sayLastWords('varve engine');

const tellMain = (message: FromEngine): void => process.parentPort.postMessage(message);

async function ownHome(ports: Ports, homePath: string, desktop: EngineApi['desktop']): Promise<Served> {
  const home = await takeHome({ homePath, kind: 'desktop', waitMs: waitForHomeMs, ...ports });
  let socket: string | null = null;
  const engine = createEngine(ports, { homePath, host: 'desktop', version: varveVersion, environment: process.env, session: randomBytes(8).toString('hex'), owner: () => ({ socket }), desktop });
  maskLastWords(engine.mask);
  try {
    await engine.start();
  } catch (error) {
    // A home that cannot be opened is shown by the console (status, doctor), which this engine still serves.
    ports.logger.error('the home could not be opened', { code: toWire(error).code, message: toWire(error).message });
  }
  const router = createRouter(engine.api);
  const listening = await home.listen(router);
  if ('socketPath' in listening) socket = listening.socketPath;
  else ports.logger.warn('no local socket: other commands wait for this program to end', { reason: listening.reason });
  return {
    router,
    wake: engine.wake,
    stop: async () => {
      await engine.stop();
      await home.release();
    }
  };
}

/** The owner's socket, when there is an owner that speaks our language. */
function reachable(owner: Owner | undefined): owner is Owner & { socketPath: string; token: string } {
  return owner !== undefined && !owner.stale && owner.socketPath !== undefined && owner.token !== undefined && owner.contractVersion === contractVersion;
}

async function joinOwner(owner: { socketPath: string; token: string }, desktop: EngineApi['desktop']): Promise<Served> {
  const { client, close } = connectSocket({ socketPath: owner.socketPath, token: owner.token });
  await client.system.status({}); // it answers
  // When the owner ends, this process does too: the next one finds the home free and owns it.
  void (async () => {
    for await (const event of await client.system.events({})) if (event.kind === 'stopping') break;
  })().then(
    () => process.exit(0),
    () => process.exit(0)
  );
  // The owner notices sleep by itself.
  return { router: createRouter(apiOver(client, desktop)), wake: () => undefined, stop: close };
}

async function serveHome(ports: Ports, homePath: string, desktop: EngineApi['desktop']): Promise<Served> {
  const server = readOwner(homePath, ports.files);
  if (server?.kind === 'serve' && reachable(server)) {
    try {
      return await joinOwner(server, desktop); // it stays: waiting for the home would be in vain
    } catch (error) {
      ports.logger.warn('the server that owns the home does not answer', { message: toWire(error).message });
    }
  }
  try {
    return await ownHome(ports, homePath, desktop);
  } catch (error) {
    const owner = isVarveError(error) && error.code === 'HOME_BUSY' ? readOwner(homePath, ports.files) : undefined;
    if (!reachable(owner)) throw error;
    return await joinOwner(owner, desktop);
  }
}

function homeFromArguments(ports: Ports): string {
  const given = process.argv.find((arg) => arg.startsWith('--home='))?.slice('--home='.length);
  return given ?? defaultHomePath(process.env, ports.machine.platform, ports.machine.userHome);
}

const ports = createNodePorts({ workerFile: new URL(import.meta.url.endsWith('.js') ? './worker.js' : './worker.ts', import.meta.url) });
const caller = { actor: ports.machine.username, via: 'desktop', scope: 'owner' } as const;
const started = Promise.withResolvers<Served>();

async function start([mine, desktopPort]: Electron.MessagePortMain[]): Promise<void> {
  if (!mine || !desktopPort) return die('the first message', new Error('two ports are expected'));
  try {
    const served = await serveHome(ports, homeFromArguments(ports), desktopOver(desktopPort as never));
    servePort(served.router, mine as never, caller);
    started.resolve(served);
    tellMain({ kind: 'ready' });
  } catch (error) {
    // Main asks the person; starting again by itself would not help.
    tellMain({ kind: 'refused', error: toWire(error) });
    await ports.workers.close();
    setTimeout(() => process.exit(1), 100); // lets the message leave: an exit here is immediate
  }
}

async function stop(): Promise<void> {
  const served = await started.promise;
  await served.stop();
  // Threads first: a process that ends with busy threads has crashed before.
  await ports.workers.close();
  tellMain({ kind: 'stopped' });
  setTimeout(() => process.exit(0), 50);
}

process.parentPort.on('message', ({ data, ports: given }: { data: ToEngine; ports: Electron.MessagePortMain[] }) => {
  if (data.kind === 'start') void start(given);
  else if (data.kind === 'client') void started.promise.then(({ router }) => given.forEach((port) => servePort(router, port as never, caller)));
  else if (data.kind === 'stop') void stop();
  // Awake again: what is due is looked at now, not at the next tick.
  else if (data.kind === 'resume') void started.promise.then(({ wake }) => wake());
});
