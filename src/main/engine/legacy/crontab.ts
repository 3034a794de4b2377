// The crontab of this user, as the system's own program gives and takes it.
import { plainEnvironment } from '../kit/environment.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import type { Machine, Programs } from '../ports.ts';

type CrontabPorts = { programs: Programs; machine: Pick<Machine, 'platform'> };

const timeLimitMs = 10_000;
const limitBytes = 8_388_608;

const run = ({ programs }: CrontabPorts, argv: readonly string[], environment: Readonly<Record<string, string | undefined>>, signal: AbortSignal | undefined): ReturnType<Programs['run']> =>
  programs.run({ argv: ['crontab', ...argv], environment: { ...plainEnvironment(environment), LC_ALL: 'C' }, timeLimitMs, outputLimitBytes: limitBytes, signal });

/** undefined: this user has none, or the system knows no crontabs. Throws NOT_READABLE for one that cannot be had. */
export async function readCrontab(ports: CrontabPorts, environment: Readonly<Record<string, string | undefined>>, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  if (ports.machine.platform === 'win32') return undefined;
  const ended = await run(ports, ['-l'], environment, signal).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (ended === undefined) return undefined;
  if (ended.exitCode === 0 && !ended.outputTooLong) return ended.output;
  if (/no crontab for/.test(ended.errors)) return undefined;
  return fail('NOT_READABLE', `crontab -l ended with ${ended.exitCode}`, { path: 'crontab', reason: ended.errors.trim().slice(0, 200) || `crontab -l ended with ${ended.exitCode}` });
}

/** Throws NOT_WRITABLE when the system does not take it. */
export async function installCrontab(ports: CrontabPorts, file: string, environment: Readonly<Record<string, string | undefined>>, signal?: AbortSignal): Promise<void> {
  const ended = await run(ports, [file], environment, signal);
  if (ended.exitCode !== 0) fail('NOT_WRITABLE', `crontab ended with ${ended.exitCode}`, { path: 'crontab', reason: ended.errors.trim().slice(0, 200) || `crontab ended with ${ended.exitCode}` });
}
