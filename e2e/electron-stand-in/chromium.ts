// Chromium as a child process, spoken to over the DevTools pipe (fd 3 and 4). The pipe is also the leash: when this process dies, however
// it dies, Chromium sees the pipe close and ends. The debugging port beside it is for Playwright in the test process.
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export class Session extends EventEmitter {
  #connection: Connection;
  readonly id: string | undefined;

  constructor(connection: Connection, id: string | undefined) {
    super();
    this.setMaxListeners(0);
    this.#connection = connection;
    this.id = id;
  }

  /** The answer's shape is the protocol's; callers name the fields they use. */
  send(method: string, params: object = {}): Promise<any> {
    return this.#connection.command(method, params, this.id);
  }
}

interface Waiting {
  method: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}
interface Incoming {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

export class Connection {
  #next = 0;
  #waiting = new Map<number, Waiting>();
  #sessions = new Map<string | undefined, Session>();
  #pipe: Writable;
  readonly root: Session;

  constructor(write: Writable, read: Readable) {
    this.#pipe = write;
    this.root = this.session(undefined);
    let rest: Buffer = Buffer.alloc(0);
    read.on('data', (chunk: Buffer) => {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        const text = rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
        try {
          this.#receive(JSON.parse(text) as Incoming);
        } catch (error) {
          // A listener of the app threw: its problem, not that of the messages behind it.
          setImmediate(() => {
            throw error;
          });
        }
      }
    });
    read.on('close', () => {
      for (const { reject, method } of this.#waiting.values()) reject(new Error(`${method}: Chromium is gone`));
      this.#waiting.clear();
      this.root.emit('disconnected');
    });
    write.on('error', () => {}); // the reading side reports the end
  }

  session(id: string | undefined): Session {
    let session = this.#sessions.get(id);
    if (!session) this.#sessions.set(id, (session = new Session(this, id)));
    return session;
  }

  command(method: string, params: object, sessionId: string | undefined): Promise<unknown> {
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#pipe.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  #receive(message: Incoming): void {
    if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting?.resolve(message.result);
    } else if (message.method) this.#sessions.get(message.sessionId)?.emit(message.method, message.params);
  }
}

export interface Browser {
  connection: Connection;
  /** For Playwright. */
  endpoint: string;
  gone: Promise<unknown>;
  /** Asks first, so that localStorage reaches the disk; then insists. */
  close(): Promise<void>;
}

export async function startChromium({ profile, switches }: { profile: string; switches: string[] }): Promise<Browser> {
  mkdirSync(profile, { recursive: true });
  const portFile = join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true }); // one left by an earlier run would name a dead port
  const child = spawn(
    process.env['CHROMIUM_PATH'] ?? 'chromium',
    [
      ...(process.env['ELECTRON_STANDIN_HEADED'] ? [] : ['--headless=new']),
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // only because root cannot have the sandbox; never in product code
      '--remote-debugging-pipe', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-startup-window', '--no-first-run',
      '--no-default-browser-check', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
      '--disable-extensions', '--disable-dev-shm-usage', '--mute-audio', '--password-store=basic', '--force-color-profile=srgb',
      '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding', '--disable-background-timer-throttling',
      '--enable-blink-features=MessagePortCloseEvent', // Electron has the event; Debian's Chromium only behind this switch
      '--disable-popup-blocking', '--disable-features=Translate,OptimizationHints,MediaRouter,HttpsUpgrades', ...switches
    ],
    { stdio: ['ignore', 'ignore', process.env['ELECTRON_STANDIN_DEBUG'] ? 'inherit' : 'ignore', 'pipe', 'pipe'] }
  );
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const connection = new Connection(child.stdio[3] as Writable, child.stdio[4] as unknown as Readable);
  await connection.root.send('Browser.getVersion');
  for (let tries = 0; tries < 1000 && !existsSync(portFile); tries++) await sleep(10);
  const [port, path] = readFileSync(portFile, 'utf8').trim().split('\n');
  return {
    connection,
    endpoint: `ws://127.0.0.1:${port}${path}`,
    gone,
    async close() {
      connection.root.send('Browser.close').catch(() => {});
      await Promise.race([gone, sleep(3000, undefined, { ref: false })]);
      child.kill('SIGKILL');
    }
  };
}
