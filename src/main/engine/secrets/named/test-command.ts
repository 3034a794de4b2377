// A program as the test of a new value: it gets the value in its environment, never as an argument, and what it says about a failure is
// masked before anybody sees it.
import type { SecretTest } from '../../../../contract/secrets.ts';
import { plainEnvironment, type Environment } from '../../kit/environment.ts';
import { errnoOf } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { ProgramEnd, Programs } from '../../ports.ts';
import { createRedactor } from '../redact/index.ts';
import type { SecretTester } from './model.ts';

const outputLimitBytes = 64 * 1024;
const longestComplaint = 300;

export function commandTester({ programs, environment }: { programs: Programs; environment: Environment }, name: string, { argv, folder, timeLimitSeconds }: SecretTest): SecretTester {
  return async (candidate, signal) => {
    const request = { argv, folder, environment: { ...plainEnvironment(environment), VARVE_SECRET: candidate, VARVE_SECRET_NAME: name }, timeLimitMs: timeLimitSeconds * 1000, outputLimitBytes, signal };
    let end: ProgramEnd;
    try {
      end = await programs.run(request);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      return { ok: false, reason: `could not be started (${code})` };
    }
    if (end.timedOut) return { ok: false, reason: `took longer than ${timeLimitSeconds} s` };
    if (end.exitCode === 0) return { ok: true };
    const said = createRedactor({ secrets: [{ name, value: candidate }] }).redactText(end.errors).trim().split('\n').at(-1)?.trim() ?? '';
    const ended = String(end.exitCode ?? end.signal ?? '?');
    return { ok: false, reason: said === '' ? `ended with ${ended}` : `ended with ${ended}: ${displayName(said).slice(0, longestComplaint)}` };
  };
}
