import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../contract/alerts.ts';
import type { AnchorStatus } from '../../../contract/anchors.ts';
import type { VerifyState } from '../../../contract/log.ts';
import type { Status } from '../../../contract/system.ts';
import { createWorld } from '../../testing/fake-data.ts';
import { assess, copiesAreFresh } from './assess.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const hoursAgo = (hours: number): string => new Date(now.getTime() - hours * 3_600_000).toISOString();
const checked: VerifyState = { verdict: { kind: 'consistent', entries: 9, head: '', payloads: { intact: 9, locked: 0, erased: 0, none: 0 } }, at: hoursAgo(2), entries: 9, running: false, full: null, newer: null, anchored: null, failure: null };
const anchor = { no: 1, seq: 4, at: hoursAgo(1), kind: 'paper', outcome: 'fits', form: 'signed', size: 4, root: '', entries: 4, outside: true, note: null, label: null, witness: null, witnessedAt: null, repository: null, snapshot: null } as const;
const held: AnchorStatus = { newest: anchor, days: 0, due: false, uncovered: 1, refused: null };
const status = { secretStore: { kind: 'keyring', state: 'open', detail: '' }, notices: [] } as unknown as Status;

function facts(change: Partial<Parameters<typeof assess>[0]> = {}): Parameters<typeof assess>[0] {
  const world = createWorld(now);
  for (const plan of world.plans) plan.lastSnapshot = { id: 'a'.repeat(64), time: hoursAgo(1), incomplete: false };
  return { status, plans: world.plans, repositories: world.repositories, snapshots: world.snapshots, waiting: [], verify: checked, anchors: held, now, ...change };
}

describe('the overview\'s judgement', () => {
  it('is safe only when copies are fresh, repositories there and the record checked', () => {
    expect(assess(facts())).toMatchObject({ tone: 'safe', needs: [] });
  });

  it('names the alerts it does not say by itself, and is grey when the scheduler has stopped', () => {
    const alert = (code: string): Alert => ({ id: code, severity: 'warning', facts: { code } }) as unknown as Alert;
    const watch = { watching: true, evaluatedAt: hoursAgo(0), schedulerStoppedSince: null };
    expect(assess(facts({ alerts: { alerts: [alert('integrity_repository'), alert('failure'), alert('stale')], watch } }))).toMatchObject({ tone: 'needs', needs: [{ kind: 'alerts', count: 2, first: { id: 'failure' } }] });
    expect(assess(facts({ alerts: { alerts: [alert('unreachable')], watch } }))).toMatchObject({ tone: 'safe', needs: [] });
    expect(assess(facts({ alerts: { alerts: [], watch: { ...watch, schedulerStoppedSince: hoursAgo(3) } } }))).toMatchObject({ tone: 'grey', unscheduledSince: hoursAgo(3), uncheckedSince: null });
  });

  it('wants a snapshot for a plan whose last one is older than a day', () => {
    const old = facts();
    const [plan] = old.plans;
    if (plan) plan.lastSnapshot = { id: 'b'.repeat(64), time: hoursAgo(26), incomplete: false };
    const judged = assess(old);
    expect(judged.needs).toMatchObject([{ kind: 'old', seconds: 26 * 3600 }]);
    expect(copiesAreFresh(judged)).toBe(false);
  });

  it('reminds of an outside anchor without calling the copies stale, and is alarmed by one that proves another history', () => {
    const due = assess(facts({ anchors: { ...held, due: true, days: 9 } }));
    expect(due).toMatchObject({ tone: 'needs', needs: [{ kind: 'anchorDue', days: 9 }] });
    expect(copiesAreFresh(due)).toBe(true);
    const refused = { ...anchor, no: 2, outcome: 'behind' as const };
    expect(assess(facts({ anchors: { ...held, newest: { ...anchor, no: 3 }, refused } }))).toMatchObject({ tone: 'broken', needs: [{ kind: 'anchorRefused' }] });
    const mistyped = { ...refused, outcome: 'other-history' as const, form: 'short' as const };
    expect(assess(facts({ anchors: { ...held, refused: mistyped } })).tone).toBe('needs');
    expect(assess(facts({ anchors: { ...held, newest: { ...anchor, no: 3 }, refused: mistyped } })).tone).toBe('safe');
  });

  it('names gaps, an absent drive and a locked vault, one need each', () => {
    const all = facts({ status: { ...status, secretStore: { kind: 'vault', state: 'locked', detail: '' } } });
    const [plan] = all.plans;
    const [repository] = all.repositories;
    if (plan?.lastSnapshot) plan.lastSnapshot.incomplete = true;
    if (repository) repository.state = 'absent';
    expect(assess(all).needs.map((need) => need.kind)).toEqual(['vaultLocked', 'absent', 'gaps']);
    expect(assess(all).tone).toBe('needs');
  });

  it('a snapshot that waits is one need, in place of the absent drive and the old copy', () => {
    const world = facts();
    const [plan] = world.plans;
    const [repository] = world.repositories;
    if (!plan || !repository) throw new Error('nothing to judge');
    plan.lastSnapshot = { id: 'b'.repeat(64), time: hoursAgo(80), incomplete: false };
    repository.state = 'absent';
    const wait = { id: 'w', planId: plan.id, planName: plan.name, repositoryId: repository.id, repositoryName: repository.name, path: repository.path, since: hoursAgo(1), reason: 'absent' as const };
    const judged = assess({ ...world, waiting: [wait] });
    expect(judged.needs).toEqual([{ kind: 'waiting', wait }]);
    expect(copiesAreFresh(judged)).toBe(false);
    expect(assess(world).needs.map(({ kind }) => kind)).toEqual(['absent', 'old']);
    repository.state = 'other';
    expect(assess({ ...world, waiting: [wait] }).needs.map(({ kind }) => kind)).toEqual(['other']);
  });

  it('is alarmed by a broken record or repository before anything else', () => {
    expect(assess(facts({ verify: { ...checked, verdict: { kind: 'broken', entries: 9, seq: 4, what: 'edited', detail: '', trustworthyBelow: 4 } } }))).toMatchObject({ tone: 'broken', needs: [{ kind: 'recordBroken', seq: 4 }] });
    const behind = { kind: 'behind' as const, entries: 9, anchors: [{ source: 'printed', size: 12, form: 'note' as const, signature: 'good' as const, outcome: 'ahead' as const }] };
    expect(assess(facts({ verify: { ...checked, verdict: behind } }))).toMatchObject({ tone: 'broken', needs: [{ kind: 'recordBehind' }] });
    const damaged = facts();
    const [repository] = damaged.repositories;
    if (repository) repository.lastCheck = { at: hoursAgo(1), ok: false, errors: 3, readData: true };
    expect(assess(damaged).tone).toBe('broken');
  });

  it('turns grey when nobody has checked the record for a month, and says since when', () => {
    const at = hoursAgo(24 * 40);
    expect(assess(facts({ verify: { ...checked, at } }))).toMatchObject({ tone: 'grey', uncheckedSince: at });
  });

  it('does not trouble a new person with anything but the first step', () => {
    expect(assess(facts({ plans: [], snapshots: [], repositories: [], verify: { ...checked, verdict: null, at: null, entries: 3 } }))).toMatchObject({ tone: 'empty', needs: [] });
  });
});
