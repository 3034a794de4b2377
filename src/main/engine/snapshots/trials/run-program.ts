// A program that a person runs in a tried copy: how it ended, and the end of what it said.
import { plainEnvironment, type Environment } from '../../kit/environment.ts';
import type { ProgramEnd, Programs } from '../../ports.ts';
import { failureOf, notStarted } from '../hooks/run-hook.ts';

const outputLimitBytes = 64 * 1024;

export interface ProgramRun {
  started: boolean;
  /** null: a signal ended it. */
  exitCode: number | null;
  failure: { reason: string } | undefined;
  output: string;
  errors: string;
  cut: boolean;
}

/** Throws CANCELLED only. */
export async function runProgram(programs: Programs, argv: readonly string[], folder: string, environment: Environment, limitSeconds: number, signal: AbortSignal): Promise<ProgramRun> {
  let end: ProgramEnd;
  try {
    end = await programs.run({ argv, folder, environment: { ...plainEnvironment(environment), VARVE_RESTORED: folder }, timeLimitMs: limitSeconds * 1000, outputLimitBytes, keepEnd: true, signal });
  } catch (error) {
    return { started: false, exitCode: null, failure: notStarted(error), output: '', errors: '', cut: false };
  }
  return { started: true, exitCode: end.exitCode, failure: failureOf(end, limitSeconds), output: Buffer.from(end.output).toString('utf8'), errors: end.errors, cut: end.outputTooLong };
}
