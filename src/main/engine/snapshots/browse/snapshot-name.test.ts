import { describe, expect, it } from 'vitest';
import { parsePersonalTime, parseSnapshotName, pickSnapshot } from './snapshot-name.ts';

const id = (start: string): string => start.padEnd(64, '0');
const all = [
  { id: id('abcdef1'), planId: 'p', ns: 100n },
  { id: id('abcdef2'), planId: 'p', ns: 200n },
  { id: id('123456'), planId: 'q', ns: 300n },
  { id: id('123457'), planId: null, ns: 300n }
];

describe('the name of a snapshot', () => {
  it('is an id or a beginning of one that fits only one', () => {
    expect(pickSnapshot('abcdef1', parseSnapshotName('abcdef1'), all).ns).toBe(100n);
    expect(() => pickSnapshot('abcdef', parseSnapshotName('abcdef'), all)).toThrowError(expect.objectContaining({ code: 'AMBIGUOUS', data: expect.objectContaining({ matches: [id('abcdef1'), id('abcdef2')] }) }));
    expect(() => pickSnapshot('fffffff', parseSnapshotName('fffffff'), all)).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => parseSnapshotName('abc')).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });

  it('is no ambiguity when two repositories hold the same snapshot', () => {
    const twice = [all[0], all[0]].map((one) => ({ ...(one as (typeof all)[0]) }));
    expect(pickSnapshot('abcdef1', parseSnapshotName('abcdef1'), twice).ns).toBe(100n);
  });

  it('may be the latest of all, with ties decided by id', () => {
    expect(pickSnapshot('latest', { kind: 'latest' }, all).id).toBe(id('123457'));
  });

  it('may be the last of a plan at or before a time', () => {
    expect(pickSnapshot('p@latest', parseSnapshotName('p@latest'), all, { id: 'p', beforeNs: undefined }).ns).toBe(200n);
    expect(pickSnapshot('p@x', parseSnapshotName('p@x'), all, { id: 'p', beforeNs: 199n }).ns).toBe(100n);
    expect(() => pickSnapshot('p@x', parseSnapshotName('p@x'), all, { id: 'p', beforeNs: 1n })).toThrowError(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('a time as a person writes it', () => {
  const ms = (text: string, zone = 'UTC'): string => new Date(Number(parsePersonalTime(text, zone) / 1_000_000n)).toISOString();
  it.each([
    ['2026-11-20T10:00', 'UTC', '2026-11-20T10:00:59.999Z'],
    ['2026-11-20T10:00', 'America/Sao_Paulo', '2026-11-20T13:00:59.999Z'],
    ['2026-11-20 10:00:30', 'Europe/Berlin', '2026-11-20T09:00:30.999Z'],
    ['2026-11-20', 'UTC', '2026-11-20T23:59:59.999Z'],
    ['2026-11-20T10:00:00.5Z', 'Europe/Berlin', '2026-11-20T10:00:00.599Z'],
    ['2026-11-20T10:00:00+05:30', 'UTC', '2026-11-20T04:30:00.999Z'],
    // happens twice in Berlin: the later one
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T01:30:59.999Z'],
    // never happens
    ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:59.999Z']
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(ms(text, zone)).toBe(expected);
  });

  it('is refused when it is none', () => {
    for (const bad of ['yesterday', '2026-13-01', '2026-02-30', '2026-11-20T25:00', '']) expect(() => ms(bad), bad).toThrowError(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});
