// Errors as the command line shows them: what happened, what it means for the data, what to do; and the exit code of product.md.
import { describeError, errorParams } from '../../contract/copy/errors.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { CliKey } from '../../contract/copy/cli.ts';
import type { BaseKey } from '../../contract/copy/format.ts';
import { errorCatalogue, type ErrorCode } from '../../contract/errors.ts';
import type { VarveError } from '../engine/kit/errors.ts';
import { fromTyped } from '../transport/router.ts';
import type { Output } from './output.ts';

export const exitCodes = { done: 0, failed: 1, usage: 2, gaps: 3, notFound: 4, integrity: 5, needsApproval: 6, conflict: 8, evidence: 9, timedOut: 124, interrupted: 130, terminated: 143 } as const;

/** Shows the error on standard error and returns the exit code. */
export function reportFailure(output: Output, thrown: unknown): number {
  const error = fromTyped(thrown);
  const words = describe(output, error);
  if (output.json) output.note(JSON.stringify({ error: { code: error.code, message: error.message, data: error.data ?? null, title: words.title, next: words.next } }));
  else output.note([`varve: ${words.title}`, `  ${words.meaning}`, `  ${words.next}`, ...detail(error)].map((line) => visibleText(line, true)).join('\n'));
  return errorCatalogue[error.code].exit;
}

/** The catalogue's words; where the console's next step is of no use in a terminal, the command line's own; and always what it is about. */
function describe({ words: { language, say } }: Output, error: VarveError): { title: string; meaning: string; next: string } {
  const words = describeError(language, error.code, error.data);
  const own = terminalSteps[error.code];
  const next = own === undefined ? words.next : say(own);
  const said = `${words.title} ${words.meaning} ${next}`;
  const params = errorParams(language, error.code, error.data);
  const facts = ['path', 'what', 'reason'].map((name) => String(params[name] ?? '')).filter((fact) => fact !== '' && !said.includes(fact));
  return { title: facts.length === 0 ? words.title : `${words.title} (${facts.join('; ')})`, meaning: words.meaning, next };
}

const terminalSteps: { [C in ErrorCode]?: BaseKey<CliKey> } = {
  HOME_MISSING: 'nextHomeMissing',
  HOME_DAMAGED: 'nextHomeDamaged',
  SECRET_STORE_UNAVAILABLE: 'nextStore',
  SECRET_MISSING: 'nextSecretMissing',
  VAULT_LOCKED: 'unlockHint',
  TOKEN_MISSING: 'noToken',
  LOG_DAMAGED: 'nextLogDamaged',
  REPOSITORY_MISSING: 'nextRepositoryMissing',
  REPOSITORY_DAMAGED: 'nextRepositoryDamaged',
  EVIDENCE_MISSING: 'nextEvidenceMissing'
};

function detail(error: VarveError): string[] {
  return error.code === 'INTERNAL' || process.env['VARVE_DEBUG'] === '1' ? [`  (${error.code}: ${error.message})`] : [];
}
