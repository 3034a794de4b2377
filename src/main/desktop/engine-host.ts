// The engine's process: forked after `ready`, restarted with back-off when it dies, never two at once, and given time to end well.
// Main holds no data: it makes two channels at each start (itself as a client of the engine, the engine as a client of main) and passes on
// the ports of pages.
import { MessageChannelMain, type MessagePortMain, utilityProcess, type UtilityProcess } from 'electron';
import type { FromEngine, ToEngine } from '../../contract/engine-process.ts';
import type { WireError } from '../../contract/errors.ts';

/** What the engine needs of our environment. The rest (tokens, NODE_OPTIONS, LD_PRELOAD and the like) is not for it. */
const environmentNames = [
  'HOME', 'USER', 'LOGNAME', 'USERNAME', 'USERPROFILE', 'HOMEDRIVE', 'HOMEPATH', 'APPDATA', 'LOCALAPPDATA', 'PROGRAMDATA', 'SYSTEMROOT', 'WINDIR', 'PATH', 'PATHEXT', 'COMSPEC',
  'TMPDIR', 'TEMP', 'TMP', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LC_TIME', 'TZ', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_STATE_HOME', 'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS', 'SSH_AUTH_SOCK', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'VARVE_HOME', 'VARVE_LOG_LEVEL'
];

export function pickEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const wanted = new Set(environmentNames);
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && wanted.has(entry[0].toUpperCase())));
}

/** Delay before the n-th restart in a row; undefined: give up and ask the person. */
export function restartDelayMs(failuresInARow: number): number | undefined {
  return failuresInARow > 5 ? undefined : Math.min(250 * 2 ** (failuresInARow - 1), 8_000);
}

/** Running this long counts as recovered. */
const steadyMs = 60_000;
const stopWithinMs = 20_000;

export interface EngineHostDeps {
  modulePath: string;
  env: Record<string, string>;
  home: string | undefined;
  /** A fresh line to the engine; the one before is dead. `client` is main's own, `desktop` the one main serves. */
  onStarted(ports: { client: MessagePortMain; desktop: MessagePortMain }): void;
  /** The process ended without being asked; `again` tells whether a restart follows. */
  onLost(again: boolean): void;
  /** The engine says it cannot work with this home; it will not be restarted by itself. */
  onRefused(error: WireError): void;
  /** It died too often in a row. */
  onGivenUp(): void;
  report(message: string): void;
}

export class EngineHost {
  #deps: EngineHostDeps;
  #child: UtilityProcess | undefined;
  #ready = false;
  #stopping = false;
  #refused: WireError | undefined;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #waitingPorts: MessagePortMain[] = [];

  constructor(deps: EngineHostDeps) {
    this.#deps = deps;
  }

  /** Starts it unless it runs or is being stopped. Also the way back after `onRefused` and `onGivenUp`. */
  start(): void {
    clearTimeout(this.#timer);
    if (this.#child || this.#stopping) return; // never two at once
    this.#refused = undefined;
    const { modulePath, env, home } = this.#deps;
    const child = utilityProcess.fork(modulePath, home === undefined ? [] : [`--home=${home}`], { serviceName: 'Varve engine', env, stdio: ['ignore', 'inherit', 'inherit'] });
    this.#child = child;
    const startedAt = performance.now();
    child.on('message', (message: FromEngine) => this.#hear(message));
    child.once('exit', (code) => this.#ended(code, performance.now() - startedAt));
    const mine = new MessageChannelMain();
    const theirs = new MessageChannelMain();
    this.#send({ kind: 'start' }, [mine.port2, theirs.port2]);
    this.#deps.onStarted({ client: mine.port1, desktop: theirs.port1 });
    for (const port of this.#waitingPorts.splice(0)) this.giveClient(port);
  }

  /** A page's port. While no engine runs, the newest few wait for it. */
  giveClient(port: MessagePortMain): void {
    if (this.#child) return this.#send({ kind: 'client' }, [port]);
    this.#waitingPorts.push(port);
    while (this.#waitingPorts.length > 4) this.#waitingPorts.shift()?.close();
  }

  tell(message: Extract<ToEngine, { kind: 'suspend' | 'resume' }>): void {
    if (this.#child) this.#send(message, []);
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Asks it to finish and waits, for a bounded time; then it is ended. Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    for (const port of this.#waitingPorts.splice(0)) port.close();
    const child = this.#child;
    if (!child) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#send({ kind: 'stop' }, []);
    const insist = setTimeout(() => {
      this.#deps.report(`the engine did not end within ${stopWithinMs} ms`);
      child.kill();
    }, stopWithinMs);
    await ended;
    clearTimeout(insist);
  }

  #send(message: ToEngine, ports: MessagePortMain[]): void {
    this.#child?.postMessage(message, ports);
  }

  #hear(message: FromEngine): void {
    if (message.kind === 'ready') this.#ready = true;
    else if (message.kind === 'refused') this.#refused = message.error;
  }

  #ended(code: number, ranMs: number): void {
    this.#child = undefined;
    this.#ready = false;
    if (this.#stopping) return;
    const refused = this.#refused;
    if (refused) {
      this.#deps.onLost(false);
      return this.#deps.onRefused(refused);
    }
    this.#failures = ranMs > steadyMs ? 1 : this.#failures + 1;
    const delayMs = restartDelayMs(this.#failures);
    this.#deps.report(`the engine ended with code ${code}; ${delayMs === undefined ? 'given up' : `restart in ${delayMs} ms`}`);
    this.#deps.onLost(delayMs !== undefined);
    if (delayMs === undefined) {
      this.#failures = 0;
      return this.#deps.onGivenUp();
    }
    this.#timer = setTimeout(() => this.start(), delayMs);
  }
}
