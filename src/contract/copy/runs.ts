// What became of a run, for a person: a word for its state, and a sentence that says what happened, since when, and what to do next (docs/jobs.md, 6.6).
import type { Language } from '../ids.ts';
import { failedStates } from '../run-states.ts';
import type { Run, RunCause, RunState } from '../runs.ts';
import { describeError, errorWords } from './errors.ts';
import type { ErrorCode } from '../errors.ts';
import { formatMessage, type Params } from './format.ts';
import { describeReason } from './reasons.ts';
import { visibleText } from './text.ts';
import { formatTook, formatWhen } from './values.ts';
import { runWordsEn } from './runs/en.ts';
import { runWordsPtBR } from './runs/pt-br.ts';

/** `why` is read after a colon; `next` is a sentence of its own. */
export interface CauseWords {
  why: string;
  next: string;
}

export interface RunWords {
  states: Record<RunState, string>;
  /** Asked for by something else than a person. */
  stoppedOtherwise: string;
  /** `{why}` fits each. */
  leads: Record<RunState, string>;
  causes: Record<RunCause, CauseWords>;
  /** Of an end by itself that is not a program's complaint: an address, gaps of Varve's own work, gaps that a program told of. */
  ends: Record<'answer' | 'gaps' | 'programGaps', CauseWords>;
  waitingFor: Record<NonNullable<Run['waitingFor']>, string>;
  missed: Record<NonNullable<Run['missed']>['cause'], string>;
  facts: { since: string; sinceFirst: string; lastGood: string; neverGood: string; lastLine: string; tryAgain: string; missedCount_one: string; missedCount_many: string; missedCount_other: string; together_one: string; together_many: string; together_other: string };
}

const words: Record<Language, RunWords> = { en: runWordsEn, 'pt-BR': runWordsPtBR };

/** `done`, `failed`, `waiting`. A run that something else than a person has stopped is `stopped`. */
export function runStateWord(language: Language, { state, cause }: Pick<Run, 'state' | 'cause'>): string {
  if (state === 'stopped' && cause !== null && cause !== 'user') return words[language].stoppedOtherwise;
  return words[language].states[state];
}

export type SaidRun = Pick<Run, 'workKind' | 'state' | 'cause' | 'startedAt' | 'endedAt' | 'createdAt' | 'activeMs' | 'dueAt' | 'missed' | 'waitingFor' | 'failure' | 'attempts'>;

export interface RunSentence {
  /** What happened. */
  what: string;
  /** Since when, and when it was well the last time; empty where there is nothing to say. */
  since: string;
  /** What to do; empty where nothing is to be done. */
  next: string;
}

function isErrorCode(code: string | null | undefined): boolean {
  return code !== null && code !== undefined && Object.hasOwn(errorWords.en, code);
}

const failed: ReadonlySet<RunState> = new Set(failedStates);

export function describeRun(language: Language, run: SaidRun, now: Date): RunSentence {
  const { leads, waitingFor, missed, facts } = words[language];
  const because = causeOf(words[language], run);
  const say = (text: string, params: Params = {}): string => formatMessage({ text }, language, 'text', params);
  const count = (key: 'missedCount' | 'together', many: number): string => formatMessage(facts, language, key, { count: many });
  const when = (at: string): string => formatWhen(language, new Date(at), now);
  const { state, cause, failure } = run;
  const own = isErrorCode(failure?.code) ? describeError(language, failure?.code as ErrorCode, failure?.data) : undefined;
  const detail = failure === null || failure.detail === '' ? undefined : visibleText(describeReason(language, failure.detail), true);
  const why = own === undefined ? (because?.why ?? '') : lowered(own.title, language);
  const lead =
    state === 'queued' && run.waitingFor !== null
      ? waitingFor[run.waitingFor]
      : say(why === '' ? leads[state].replace(/[:,] \{why\}/, '') : leads[state], { why, when: when(run.startedAt ?? run.createdAt), span: formatTook(language, run.activeMs ?? 0) });
  const shownDetail = own === undefined && detail !== undefined && (cause === 'check' || cause === 'error' || cause === 'spawn' || cause === 'damage' || cause === 'exit') ? ` (${detail})` : '';
  const ended = `${lead}${shownDetail}.`;
  const group = run.missed === null ? '' : ` ${say(missed[run.missed.cause])} ${run.missed.action === 'ran_latest' ? count('together', run.missed.count) : count('missedCount', run.missed.count)}`;
  const lastLine = failure?.lastLine !== undefined && failure.lastLine !== null && failure.lastLine !== '' ? ` ${say(facts.lastLine, { line: visibleText(cut(failure.lastLine), true) })}` : '';
  const since = failure === null || !failed.has(state) ? '' : [failure.inARow === 1 ? (failure.lastGoodAt === null ? '' : facts.sinceFirst) : say(facts.since, { count: failure.inARow, when: when(failure.since) }), failure.lastGoodAt === null ? facts.neverGood : say(facts.lastGood, { when: when(failure.lastGoodAt) })].filter((part) => part !== '').join(' ');
  const next = state === 'retry_wait' && run.dueAt !== null ? say(facts.tryAgain, { when: when(run.dueAt) }) : state === 'succeeded' ? '' : (own?.next ?? because?.next ?? '');
  return { what: `${ended}${group}${lastLine}`, since, next };
}

function causeOf({ causes, ends }: RunWords, { workKind, state, cause }: SaidRun): CauseWords | undefined {
  if (cause === null) return undefined;
  if (cause !== 'exit') return causes[cause];
  if (state === 'partial') return workKind === 'command' ? ends.programGaps : ends.gaps;
  return workKind === 'http' ? ends.answer : causes.exit;
}

/** The beginning of a title inside a sentence; names and abbreviations keep their capitals. */
function lowered(title: string, language: Language): string {
  const [first = '', second = ''] = title;
  const text = second === second.toLocaleUpperCase(language) && /\p{L}/u.test(second) ? title : first.toLocaleLowerCase(language) + title.slice(1);
  return text.replace(/\.$/, '').replace(/^varve/, 'Varve');
}

const longestLine = 200;

function cut(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`;
}
