// varve run-with-retry: a program tried again after it failed (rule 7.1), for crontabs and scripts. Needs no home; output passes through untouched.
import { randomBytes } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { formatSpan } from '../../contract/copy/values.ts';
import { chanceOf, retryDelayMs } from '../engine/kit/retry-delay.ts';
import { errnoOf } from '../engine/kit/errors.ts';
import { examples, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { secondsOption } from './typed-values.ts';

interface RetryOptions {
  retries?: number;
  base?: number;
  cap?: number;
  timeout?: number;
}

const [usualRetries, usualBaseSeconds, usualCapSeconds] = [2, 30, 3600];
const killAfterMs = 10_000;
/** Not executable, not found: trying again would end the same. */
const final: readonly number[] = [126, 127];
const mostRetries = 1000;

export function addRetryCommand(program: Command, host: Host): void {
  const { say } = host.words;
  const seconds = secondsOption(host.words);
  program
    .command('run-with-retry <program...>')
    .description(say('retry'))
    .option('--retries <number>', say('optionRetryTimes'), wholeNumber('--retries'))
    .option('--base <time>', say('optionJobRetryBase'), seconds)
    .option('--cap <time>', say('optionJobRetryCap'), seconds)
    .option('--timeout <time>', say('optionRetryTimeout'), seconds)
    .addHelpText('after', examples(host.words, ['varve run-with-retry -- rsync -a /data nas:/data', '15 2 * * *  varve run-with-retry --retries 5 --base 10s --timeout 2h -- /home/me/fetch.sh']))
    .action((argv: string[], options: RetryOptions, command: Command) => host.alone(command, ({ output, signal }) => tryAgain(argv, options, output, signal)));
}

async function tryAgain(argv: readonly string[], options: RetryOptions, output: Output, signal: AbortSignal): Promise<number> {
  const { say, language } = output.words;
  const most = Math.min(options.retries ?? usualRetries, mostRetries);
  const rule = { most, baseSeconds: options.base ?? usualBaseSeconds, capSeconds: options.cap ?? usualCapSeconds, minSeconds: 1, onTimeout: true };
  for (let failed = 0; ; ) {
    const code = await once(argv, options.timeout === undefined || options.timeout === 0 ? undefined : options.timeout * 1000, output, signal);
    failed += 1;
    if (code === exitCodes.done || failed > most || final.includes(code) || signal.aborted) return code;
    const waitMs = retryDelayMs(rule, failed, chanceOf({ bytes: randomBytes }));
    output.note(`varve: ${say('retryAgain', { program: argv[0] ?? '', code: String(code), attempt: failed, most: most + 1, span: formatSpan(language, waitMs / 1000) })}`);
    try {
      await sleep(waitMs, undefined, { signal });
    } catch {
      return code; // Ctrl+C while waiting
    }
  }
}

/** The exit code as a shell counts it: 128 and the signal's number, 127 not found, 126 cannot be run, 124 took too long. */
function once([program = '', ...rest]: readonly string[], timeoutMs: number | undefined, output: Output, signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: 'inherit' });
    let late = false;
    // A terminal gives Ctrl+C to the program as well; one that was sent to us alone is passed on.
    const pass = (): void => endIt(child);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => ((late = true), endIt(child)), Math.min(timeoutMs, 2 ** 31 - 1));
    signal.addEventListener('abort', pass, { once: true });
    const end = (code: number): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', pass);
      resolve(code);
    };
    child.once('error', (error) => {
      output.note(`varve: ${program}: ${output.words.reason(errnoOf(error) ?? error.message)}`);
      end(errnoOf(error) === 'ENOENT' ? 127 : 126);
    });
    child.once('exit', (code, by) => end(late ? exitCodes.timedOut : (code ?? 128 + (by === null ? 0 : constants.signals[by]))));
  });
}

function endIt(child: ChildProcess): void {
  child.kill('SIGTERM');
  setTimeout(() => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'), killAfterMs).unref();
}
