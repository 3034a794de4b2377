// Programs of the person, run without a shell in a process group of their own, so that a time limit ends what they started as well.
import { spawn } from 'node:child_process';
import { cancelled } from '../engine/kit/errors.ts';
import type { ProgramEnd, Programs } from '../engine/ports.ts';

const killAfterMs = 5_000;
const errorsKept = 4_000;

/** Lets go of the pieces at the beginning that the last `bytes` do without; returns what is left. */
function keepLast(pieces: Buffer[], bytes: number): number {
  let left = pieces.reduce((sum, { length }) => sum + length, 0);
  for (let [first] = pieces; first !== undefined && left - first.length >= bytes; [first] = pieces) {
    left -= first.length;
    pieces.shift();
  }
  return left;
}

export function createPrograms(): Programs {
  return {
    run: (request) =>
      new Promise<ProgramEnd>((resolve, reject) => {
        if (request.signal?.aborted) return reject(cancelled());
        const [program = '', ...args] = request.argv;
        const ownGroup = process.platform !== 'win32';
        const child = spawn(program, args, { ...(request.folder !== undefined && { cwd: request.folder }), env: { ...request.environment }, stdio: ['ignore', 'pipe', 'pipe'], shell: false, detached: ownGroup, windowsHide: true });
        const output: Buffer[] = [];
        let outputBytes = 0;
        let outputTooLong = false;
        let errors = '';
        let timedOut = false;
        let killing: ReturnType<typeof setTimeout> | undefined;
        const kill = (signal: NodeJS.Signals): void => {
          try {
            if (ownGroup && child.pid !== undefined) process.kill(-child.pid, signal);
            else child.kill(signal);
          } catch {
            // it has ended
          }
        };
        const end = (): void => {
          kill('SIGTERM');
          killing ??= setTimeout(() => kill('SIGKILL'), killAfterMs);
        };
        const limit = setTimeout(() => {
          timedOut = true;
          end();
        }, request.timeLimitMs);
        request.signal?.addEventListener('abort', end, { once: true });
        const settle = (): void => {
          clearTimeout(limit);
          clearTimeout(killing);
          request.signal?.removeEventListener('abort', end);
        };
        child.stdout.on('data', (bytes: Buffer) => {
          outputBytes += bytes.length;
          const tooMuch = outputBytes > request.outputLimitBytes;
          outputTooLong ||= tooMuch;
          if (!tooMuch || request.keepEnd) output.push(bytes);
          if (tooMuch && request.keepEnd) outputBytes = keepLast(output, request.outputLimitBytes);
        });
        child.stderr.setEncoding('utf8');
        child.stderr.on('data', (text: string) => {
          errors = (errors + text).slice(-errorsKept);
        });
        child.once('error', (error) => {
          settle();
          reject(error);
        });
        // A grandchild that keeps the pipes open must not be waited for: what the program itself wrote is there when it ends.
        child.once('exit', (exitCode, signal) => {
          const done = (): void => {
            settle();
            child.stdout.destroy();
            child.stderr.destroy();
            if (request.signal?.aborted) reject(cancelled());
            else resolve({ exitCode, signal, timedOut, output: request.keepEnd ? Buffer.concat(output).subarray(-request.outputLimitBytes) : Buffer.concat(output), outputTooLong, errors });
          };
          const patience = setTimeout(done, 500);
          child.once('close', () => {
            clearTimeout(patience);
            done();
          });
        });
      })
  };
}
