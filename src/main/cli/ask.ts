// Questions on a terminal. Passwords are typed unseen and never come from arguments.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { cancelled } from '../engine/kit/errors.ts';

export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Reads one line without showing it. Ctrl+C ends with CANCELLED. */
export function askHidden(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // Only now, when the terminal does not echo any more, is the question asked: an answer may come at once.
  process.stderr.write(question);
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      process.stderr.write('\n');
      reject(cancelled());
    });
    lines.question('', (answer) => {
      lines.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}

/** Shows the question and reads one line: true for one of the words that mean yes. Ctrl+C ends with CANCELLED. */
export function askYes(question: string, yes: readonly string[]): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('SIGINT', () => {
      lines.close();
      process.stderr.write('\n');
      reject(cancelled());
    });
    lines.question(question, (answer) => {
      lines.close();
      resolve(yes.includes(answer.trim().toLowerCase()));
    });
  });
}

/** All of standard input, at most `limitBytes`. */
export async function readStandardInput(limitBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limitBytes) throw new RangeError(`standard input holds more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
