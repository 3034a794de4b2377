// A program on a terminal of its own, made by `script`: what a person would see, and typed answers.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { bin } from './program.ts';
import type { World } from './world.ts';

export function hasTerminal(): boolean {
  if (existsSync('/usr/bin/script')) return true;
  console.warn('no /usr/bin/script: tests on a terminal are left out');
  return false;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Runs varve on a terminal. Each answer is typed when its question has appeared. */
export function runOnTerminal(world: World, args: readonly string[], options: { answers?: readonly { question: RegExp; text: string }[]; env?: Record<string, string | undefined> } = {}): Promise<{ code: number | null; shown: string }> {
  const command = [process.execPath, bin, ...args].map(quote).join(' ');
  const child = spawn('/usr/bin/script', ['-qefc', command, '/dev/null'], { env: { ...world.env, TERM: 'xterm', ...options.env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = [...(options.answers ?? [])];
  let shown = '';
  let from = 0;
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece.toString('utf8');
    const match = answers[0]?.question.exec(shown.slice(from));
    if (!match) return;
    from = shown.length;
    child.stdin.write(`${answers.shift()?.text ?? ''}\r`);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, shown });
    });
  });
}
