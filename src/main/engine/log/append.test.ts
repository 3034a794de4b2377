// What must never get into the chain: an event under the id of another, a time that no header can hold, half a name.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { isVarveError, type VarveError } from '../kit/errors.ts';
import { openDatabase } from '../store/index.ts';
import { createTestFolder, type TestFolder } from '../store/testing.ts';
import type { EventLog, NewEvent } from './index.ts';
import { logMigrations } from './schema.ts';
import { openTestLog } from './testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: ReturnType<typeof openTestLog>['clock'];
let path: string;

beforeEach(() => {
  folder = createTestFolder();
  path = folder.at('log.db');
  ({ log, clock } = openTestLog({ files, path }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

const note = (text: string, more: Partial<NewEvent> = {}): NewEvent => ({ action: 'app.noted', category: 'note', payload: { text }, ...more });
const refusal = (work: () => unknown): VarveError['data'] | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVENT_REFUSED') return error.data;
    throw error;
  }
};

describe('appending', () => {
  it('takes an id again only for the same event: another payload, subject, actor or kind is refused and says what differs', () => {
    const id = '018f0000-0000-7000-8000-000000000001';
    const event: NewEvent = { action: 'app.dose', category: 'app', actor: 'grace', subject: 'patient:7', payload: { dose: 1 }, id };
    const first = log.append(event);
    const entries = log.entries();
    expect(log.append(event)).toEqual(first);
    const { subject: _subject, ...withoutSubject } = event;
    const { payload: _payload, ...withoutPayload } = event;
    const { actor: _actor, ...withoutActor } = event;
    for (const [other, what] of [
      [{ ...event, payload: { dose: 2 } }, 'payload'], [withoutPayload, 'payload'], [{ ...event, subject: 'patient:8' }, 'subject'], [withoutSubject, 'subject'],
      [{ ...event, actor: 'mallory' }, 'actor'], [{ ...event, action: 'app.other' }, 'action'], [{ ...event, category: 'note' }, 'category'], [{ ...event, trace: 'a'.repeat(32) }, 'trace']
    ] as [NewEvent, string][]) {
      expect(refusal(() => log.append(other)), what).toEqual({ field: 'id', reason: expect.stringContaining(`another ${what}`) });
    }
    // Whoever brings over what another process left in the outbox does not say who acted: that is not another event.
    expect(log.append(withoutActor)).toEqual(first);
    expect(log.entries()).toBe(entries);
    const erased = note('gone soon', { id: '018f0000-0000-7000-8000-000000000002' });
    const { seq } = log.append(erased);
    const { seq: event2 } = log.append({ action: 'log.erasure', category: 'record', payload: { seqs: [seq], reason: 'request', basis: 'LGPD 18 VI' } });
    const db = openDatabase({ path, files, migrations: logMigrations, kind: 'log' });
    db.exec(`INSERT INTO erased (seq, event) VALUES (${seq}, ${event2}); DELETE FROM payloads WHERE seq = ${seq}`);
    db.close();
    expect(log.append(erased).seq).toBe(seq);
    expect(refusal(() => log.append({ ...erased, payload: { text: 'of another length' } }))).toMatchObject({ field: 'id' });
  });

  it.each([
    ['far in the future', Date.UTC(10_001, 0, 1)],
    ['beyond what a date can be', 1e17],
    ['before 1970', -1],
    ['that is no number', Number.NaN]
  ])('refuses everything while the clock stands at a time %s, and goes on when it is right again', async (_name, wrongMs) => {
    const rightMs = clock.now();
    let nowMs = rightMs;
    const second = openTestLog({ files, path, clock: { ...clock, now: () => nowMs } }).log;
    nowMs = wrongMs;
    const entries = second.entries();
    for (const work of [() => second.append(note('x', { id: '018f0000-0000-7000-8000-000000000001' })), () => second.append(note('x', { actor: 'somebody new' })), () => second.check(note('x'))]) {
      expect(refusal(work)).toEqual({ field: 'ts', reason: expect.stringContaining("the computer's clock") });
    }
    nowMs = rightMs;
    second.append(note('x'));
    expect(second.entries()).toBe(entries + 1);
    second.checkpoints.sign();
    expect((await second.verify({})).kind).toBe('consistent');
    nowMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
    expect(second.append(note('x')).ts).toBe('9999-12-31T23:59:59.999Z');
    second.close();
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  });

  it('introduces a subject of any length under whoever acts, also one that a shorter limit would cut through a character', async () => {
    const subject = `${'x'.repeat(199)}😀${'y'.repeat(200)}`;
    const { seq } = log.append(note('x', { subject, actor: 'grace' }));
    expect(log.show(seq).entry.subjectName).toBe(subject);
    expect(log.show(seq - 1).entry).toMatchObject({ action: 'log.name-introduced', actorName: 'grace', payload: { kind: 'subject', name: subject } });
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  });
});
