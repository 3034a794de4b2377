import { describe, expect, it } from 'vitest';
import type { CheckedAnchor, Verdict } from '../verify.ts';
import { BreakKind } from '../verify.ts';
import { describeEvent } from './events.ts';
import { verdictLines } from './verdict.ts';

const found = { entries: 2010, head: '', payloads: { intact: 2010, locked: 0, erased: 0, none: 0 }, checkpoint: { size: 2000, root: '', key: 'varve/x+1a2b3c4d+AQ', signature: 'good' as const }, pinned: 'home' as const, readFrom: 0 };
const anchor: CheckedAnchor = { source: 'printed on 2026-11-20', size: 1500, form: 'note', signature: 'good', outcome: 'fits' };
const text = (verdict: Verdict, language: 'en' | 'pt-BR' = 'en'): string => verdictLines(language, verdict).join('\n');

describe('a verdict in words', () => {
  it('says what was checked against what, and what is not proven', () => {
    expect(text({ kind: 'consistent', ...found })).toBe(
      'The record is intact: 2,010 entries checked, sealed up to the checkpoint of size 2,000.\nIt is internally consistent. That its end is not missing is proven only by a checkpoint kept outside.\n10 entries since then are not sealed yet.\nSigned with the key that keys.json in this home names: varve/x+1a2b3c4d+AQ'
    );
    expect(text({ kind: 'anchored', ...found, anchors: [anchor] }).split('\n')[0]).toBe('The record is intact: 2,010 entries checked, against the checkpoint of size 1,500 you hold (printed on 2026-11-20).');
    expect(text({ kind: 'anchored', ...found, anchors: [anchor, { ...anchor, size: 1600, form: 'short', source: 'notebook' }] })).toContain('against the size 1,600 and the beginning of the root that you noted (notebook; weak: it shows accidents, not a determined forger) and the checkpoint of size 1,500');
    expect(text({ kind: 'anchored', ...found, anchors: [{ ...anchor, signature: 'unknown' }] })).toContain('signed with a key that is not known here');
    expect(text({ kind: 'consistent', ...found, readFrom: 2000 })).toContain('10 newer entries were read in full; those before rest on the checkpoint of size 2,000');
    expect(text({ kind: 'consistent', ...found, pinned: 'none' })).toContain('anybody could have signed it');
    expect(text({ kind: 'behind', entries: 900, anchors: [{ ...anchor, outcome: 'ahead' }, { ...anchor, size: 100 }] })).toBe('The record is behind the checkpoint of size 1,500 you hold (printed on 2026-11-20): it has only 900 entries. Its end was cut off, or it was set back to an older state.');
  });
  it('says of damage where it begins, what it is, and what can still be relied on and why', () => {
    const broken = { kind: 'broken' as const, entries: 2010, seq: 300, what: 'removed' as const, detail: 'entries 300 to 302 are gone', trustworthyBelow: 300, restsOn: { kind: 'list' as const, size: 2000 } };
    expect(text({ ...broken, kinds: [{ what: 'removed', first: 300, count: 3 }, { what: 'edited', first: 400, count: 1 }] })).toBe(
      'The record is broken: entry 300 does not fit. Entries were removed.\nIn detail: entries 300 to 302 are gone.\n- Entries were removed: 3, the first at entry 300\n- Something was changed: 1, the first at entry 400\nEntries below 300 can be relied on: the list of their hashes, sealed by the checkpoint of size 2,000, covers them.'
    );
    expect(text({ ...broken, trustworthyBelow: 0, restsOn: { kind: 'nothing', size: 0 } })).toContain('No entry can be relied on');
  });
  it('has a sentence for every kind of damage in both languages, also for verdicts from before there were checkpoints', () => {
    for (const language of ['en', 'pt-BR'] as const) {
      for (const what of BreakKind.options) expect(text({ kind: 'broken', entries: 9, seq: 3, what, detail: 'd', trustworthyBelow: 3 }, language)).not.toMatch(/verdict\.|\{\w+\}|undefined/);
      expect(text({ kind: 'consistent', entries: 9, head: '', payloads: found.payloads }, language)).not.toMatch(/verdict\.|\{\w+\}|undefined/);
    }
  });
  it('shows no control characters of what people and files call themselves', () => {
    expect(text({ kind: 'anchored', ...found, anchors: [{ ...anchor, source: 'a\u001b[2Jb\u202e' }] })).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('the event of a verification', () => {
  const sentence = (payload: object): string => describeEvent('en', { action: 'log.verified', subjectName: null, payload }).map((part) => part.text).join('');
  it('tells good news from bad', () => {
    expect(sentence({ verdict: 'consistent', entries: 9 })).toBe('The record was checked: 9 entries');
    expect(sentence({ verdict: 'anchored', entries: 9 })).toContain('against a checkpoint kept outside');
    expect(sentence({ verdict: 'broken', entries: 9, seq: 4, what: 'edited' })).toBe('The record was checked and is broken: entry 4 does not fit');
    expect(sentence({ verdict: 'behind', entries: 9 })).toContain('smaller than a checkpoint kept outside says');
  });
});
