// utilityProcess.fork: a Node child with process.parentPort, to which ports can be given. Its IPC channel carries the packets.
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import { app } from './app.ts';
import { Link, takeEnds } from './ports.ts';
import { decode, encode } from './wire.ts';

interface ForkOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  execArgv?: string[];
  stdio?: 'pipe' | 'ignore' | 'inherit' | ('pipe' | 'ignore' | 'inherit')[];
}

class UtilityProcess extends EventEmitter {
  #child: ChildProcess;
  #link: Link;
  stdout: NodeJS.ReadableStream | null;
  stderr: NodeJS.ReadableStream | null;

  constructor(modulePath: string, args: string[], { env = process.env, cwd, execArgv = [], stdio = 'inherit' }: ForkOptions) {
    super();
    const [, out = 'inherit', err = 'inherit'] = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
    const child = fork(fileURLToPath(new URL('./bootstrap/utility.ts', import.meta.url)), [modulePath, ...args], {
      env,
      cwd,
      // Electron 37 and newer: a rejection nobody handles only warns there.
      execArgv: ['--unhandled-rejections=warn', `--import=${new URL('./bootstrap/threads.ts', import.meta.url)}`, ...execArgv],
      stdio: ['ignore', out, err, 'ipc']
    });
    this.#child = child;
    this.stdout = child.stdout;
    this.stderr = child.stderr;
    app.children.add(this);
    this.#link = new Link('m', (message) => {
      if (child.connected) child.send(message);
    });
    child.on('spawn', () => this.emit('spawn'));
    child.on('message', (message: { t: string; data: string }) => {
      if (!this.#link.receive(message) && message.t === 'parent') this.emit('message', decode(message.data));
    });
    child.on('exit', (code, signal) => {
      app.children.delete(this);
      this.#link.dispose();
      this.emit('exit', code ?? (signal === 'SIGTERM' ? 15 : 1));
    });
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  postMessage(message: unknown, transfer: unknown[] = []): void {
    const data = encode(message);
    const ends = takeEnds(transfer);
    if (this.#child.connected) this.#child.send({ t: 'parent', data, ports: ends.map((end) => this.#link.give(end)) });
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): UtilityProcess {
    if (!app.isReady()) throw new Error('utilityProcess cannot be created before app is ready.');
    return new UtilityProcess(modulePath, args, options);
  }
};
