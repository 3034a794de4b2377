import { describe, expect, it } from 'vitest';
import { finalStates, liveStates, RunCause, type Run } from '../runs.ts';
import { describeRun, runStateWord, type SaidRun } from './runs.ts';

const languages = ['en', 'pt-BR'] as const;
const now = new Date(2026, 10, 28, 12, 0);
const at = (hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString();
const run = (more: Partial<SaidRun> = {}): SaidRun => ({ workKind: 'command', state: 'failed', cause: 'exit', createdAt: at(-2), startedAt: at(-2), endedAt: at(-1), activeMs: 250_000, dueAt: null, missed: null, waitingFor: null, failure: null, attempts: 1, ...more });
const failure = (more: Partial<NonNullable<Run['failure']>> = {}): Run['failure'] => ({ code: null, detail: '', lastLine: null, since: at(-48), lastGoodAt: at(-72), inARow: 3, ...more });

describe.each(languages)('a run in a sentence (%s)', (language) => {
  it('has a word for each state and says what happened, without a gap, for every cause', () => {
    for (const state of [...liveStates, ...finalStates]) {
      expect(runStateWord(language, { state, cause: null })).not.toBe('');
      for (const cause of [null, ...RunCause.options]) {
        const { what, since, next } = describeRun(language, run({ state, cause }), now);
        expect([state, cause, /[{}]|undefined|null|\.\.|: \.|, \./.test(`${what} ${since} ${next}`)]).toEqual([state, cause, false]);
        expect(what).toMatch(/^\p{Lu}.*\.$/u);
      }
    }
  });

  it('says what to do next for every cause that ends a run', () => {
    for (const cause of RunCause.options) expect([cause, describeRun(language, run({ cause }), now).next.length > 10]).toEqual([cause, true]);
  });
});

describe('a failure', () => {
  it('says what, since when, and the next step', () => {
    expect(describeRun('en', run({ failure: failure({ lastLine: 'E: disk on fire' }) }), now)).toEqual({
      what: 'It failed: the program reported a problem. Its last line: “E: disk on fire”.',
      since: 'It has failed 3 times in a row since Thu 12:00. It last went well Wed 12:00.',
      next: 'Look at what it said, mend that, and run it again.'
    });
    expect(describeRun('pt-BR', run({ failure: failure({ inARow: 1, lastGoodAt: null }) }), now).since).toBe('Ainda não deu certo.');
    expect(describeRun('en', run({ failure: failure({ inARow: 1 }) }), now).since).toBe('This is new. It last went well Wed 12:00.');
  });

  it('of Varve’s own work uses the words of its error', () => {
    const said = describeRun('en', run({ workKind: 'snapshot', cause: 'password', failure: failure({ code: 'WRONG_PASSWORD', data: { repository: 'usb' }, detail: 'wrong password for usb' }) }), now);
    expect(said.what).toBe('It failed: the password does not open this repository.');
    expect(said.next).toMatch(/^Try again/);
  });

  it('of a check names the number, in the reader’s language', () => {
    expect(describeRun('pt-BR', run({ cause: 'check', failure: failure({ detail: 'handled 12 items; at least 300 are expected' }) }), now).what).toBe('Falhou: terminou bem, mas não com o que você espera dela (tratou 12 itens; o esperado são pelo menos 300).');
  });
});

it('tells a program’s complaint, an address and gaps apart', () => {
  expect(describeRun('en', run({ workKind: 'http' }), now).what).toBe('It failed: the address did not answer as it should.');
  expect(describeRun('en', run({ workKind: 'snapshot', state: 'partial' }), now).what).toBe('Done with gaps: something could not be read.');
  expect(describeRun('en', run({ state: 'succeeded' }), now)).toEqual({ what: 'Done in 4 min 10 sec.', since: '', next: '' });
});

it('only a person’s stop is “stopped by you”', () => {
  expect([runStateWord('en', { state: 'stopped', cause: 'user' }), runStateWord('en', { state: 'stopped', cause: 'quit' }), runStateWord('pt-BR', { state: 'stopped', cause: 'user' })]).toEqual(['stopped by you', 'stopped', 'interrompida por você']);
});

it('counts what was missed, with the reason', () => {
  const missed = { count: 10, first: at(-30), last: at(-20), policy: 'skip', action: 'none', cause: 'asleep' } as const;
  expect(describeRun('en', run({ state: 'missed', cause: 'policy', missed }), now).what).toBe('It did not run: the job says that what was missed is not made up for. The computer was asleep. 10 times passed without a run.');
  expect(describeRun('en', run({ state: 'succeeded', missed: { ...missed, count: 1, action: 'ran_latest' } }), now).what).toBe('Done in 4 min 10 sec. The computer was asleep. This run also stands for 1 time that passed before it.');
});
