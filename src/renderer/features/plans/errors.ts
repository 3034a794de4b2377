// Which field a failure belongs to, and what it says there. Pure.
import { toFailure } from '../../api/failure.ts';
import type { Words } from '../../ui/words.tsx';
import type { Field, Problem } from './draft.ts';

/** The engine's names of fields, where they are not the draft's. */
const fieldsOf: Readonly<Record<string, Field>> = { policy: 'retention', environment: 'before', excludes: 'excludes', paths: 'paths', tags: 'tags', zone: 'zone', name: 'name' };

export interface Placed {
  field: Field;
  text: string;
}

/** Undefined where no field can say it. */
export function placeFailure(words: Words, error: unknown): Placed | undefined {
  const { code, data } = toFailure(error);
  const { field = '', reason = '', path = '', kind = '' } = data as { field?: string; reason?: string; path?: string; kind?: string };
  if (code === 'CONFLICT' && kind === 'plan') return { field: 'name', text: words.t('plans.nameTaken') };
  if (['PATH_MISSING', 'NOT_READABLE', 'NOT_A_FOLDER'].includes(code)) return { field: 'paths', text: words.t(code === 'PATH_MISSING' ? 'plans.pathMissing' : 'plans.pathUnreadable', { path: words.reason(path) }) };
  if (code !== 'BAD_INPUT') return undefined;
  // `retention.keepWithin`, `tags.0`, `hooks.before.argv.0`: the contract's refusals name the way down.
  const parts = field.split('.');
  const placed = parts.map((part) => fieldsOf[part]).find((known) => known !== undefined) ?? (parts.includes('after') ? 'after' : parts.includes('before') ? 'before' : parts.includes('ifPresent') ? 'ifPresent' : parts.includes('caseless') ? 'caseless' : undefined);
  return placed === undefined ? undefined : { field: placed, text: words.reason(reason) };
}

export interface Errors {
  of(field: Field): string | undefined;
  /** Whether the failure of saving stands at a field. */
  placed: boolean;
}

export function errorsOf(words: Words, problems: readonly Problem[], saving: unknown, previewing: unknown): Errors {
  const saved = saving === null || saving === undefined ? undefined : placeFailure(words, saving);
  const seen = previewing === undefined ? undefined : placeFailure(words, previewing);
  return {
    placed: saved !== undefined,
    of: (field) => {
      const problem = problems.find((each) => each.field === field);
      if (problem) return 'key' in problem ? words.t(problem.key, problem.params) : words.reason(problem.reason);
      return [saved, seen].find((each) => each?.field === field)?.text;
    }
  };
}
