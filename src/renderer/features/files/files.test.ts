import { describe, expect, it } from 'vitest';
import type { FileHistory, HistoryStretch, HistoryVersion, SeenIn } from '../../../contract/history.ts';
import { createWorld } from '../../testing/fake-data.ts';
import { fromAddress, inAddress, pageInReport } from '../../ui/address.ts';
import { findAddress, folderAddress, historyAddress, historyOf, readHistoryAddress } from '../../ui/files-address.ts';
import { goneFrom } from './gone.ts';
import { chooseTwo, rowsOf } from './versions.ts';

const seen = (id: string): SeenIn => ({ id: id.repeat(64), shortId: id.repeat(8), at: '2026-11-21T12:00:00.000Z', repositoryName: 'usb', incomplete: false });

describe('the address of a file', () => {
  // As the router hands it back: the browser escapes, and the router takes only some of the escapes back.
  const travelled = (part: string): string => decodeURI(new URL(`http://x/#/history/${part}`).hash.slice('#/history/'.length));

  it.each(['/home/ana/thesis/draft 2.tex', '/a?b#c%41/100%/~0041~', '/C/dúvida: ação/\u{1f600}.md', '/bytes/\udcff\udc80', '/e\u0301 and \u202e back', '/new\nline/tab\t', '//twice'])('comes back as it was: %j', (path) => {
    expect(fromAddress(travelled(inAddress(path)))).toBe(path);
    if (path.startsWith('//')) return;
    const [of = '', ...rest] = travelled(historyAddress({ plan: '0193-x' }, path).slice('/history/'.length)).split('/');
    expect(readHistoryAddress(of, rest.join('/'))).toEqual({ of: { plan: '0193-x' }, path });
  });

  it('is one part where it must be, and can be read where it is plain', () => {
    expect(findAddress('figures/**/*.png').split('/')).toHaveLength(3);
    expect(historyAddress({ repository: 'usb' }, '/home/ana/draft.tex')).toBe('/history/repository:usb/home/ana/draft.tex');
    expect(folderAddress('8f3c', '/home/ana')).toBe('/snapshots/8f3c/home/ana');
    expect([readHistoryAddress('plan:', 'a'), readHistoryAddress('plan:x', ''), readHistoryAddress('other:x', 'a')]).toEqual([undefined, undefined, undefined]);
  });

  it('is in no report', () => {
    expect(['#/find/secret', '#/history/plan:x/home/ana/secret', `#/snapshots/${'a'.repeat(64)}/home/ana/secret`, `#/compare/${'a'.repeat(64)}/now`, '#/settings/doctor'].map(pageInReport)).toEqual(['#/find/…', '#/history/…', '#/snapshots/…', '#/compare/…/now', '#/settings/doctor']);
  });

  it('asks for a plan only where one is known here', () => {
    expect(historyOf({ planId: 'p', planName: 'thesis', repositoryId: 'r' })).toEqual({ plan: 'p' });
    expect(historyOf({ planId: 'p', planName: null, repositoryId: 'r' })).toEqual({ repository: 'r' });
  });
});

describe('the rows of a history', () => {
  const version = (label: string): HistoryVersion => ({ type: 'file', sizeBytes: 1, modifiedAt: '2026-11-20T10:00:00Z', linkTarget: null, places: [{ path: label, label }], newest: seen('a'), oldest: seen('b'), snapshotCount: 2, snapshots: [], metadata: [] });
  const stretch = (state: HistoryStretch['state'], number: number | null, label = '/a'): HistoryStretch => ({ state, version: number, label, newest: seen('a'), oldest: seen('b'), snapshotCount: 1, reason: null });

  it('count versions from the oldest, and say which came back and which lay elsewhere', () => {
    const history: FileHistory = { path: '/a', label: '/a', plan: 'thesis', repository: null, looked: 7, elsewhere: 0, versions: [version('/a'), version('/old')], versionCount: 2, stretches: [stretch('unsure', null), stretch('held', 0), stretch('absent', null), stretch('held', 0), stretch('held', 0, '/was'), stretch('held', 1, '/in/b')], stretchCount: 6, lost: [], unreadable: [], absent: [], durationMs: 1 };
    expect(rowsOf(history).map(({ number, cameBack, place, version: held }) => [number, cameBack, place, held?.places[0]?.path])).toEqual([
      [undefined, false, undefined, undefined],
      [2, true, undefined, '/a'],
      [undefined, false, undefined, undefined],
      [2, false, undefined, '/a'],
      [2, false, 'was', '/a'],
      [1, false, '/in/b', '/old']
    ]);
  });

  it('two can be chosen; a third takes the place of the first', () => {
    expect([chooseTwo([], 4), chooseTwo([4], 2), chooseTwo([4, 2], 7), chooseTwo([4, 2], 4)]).toEqual([[4], [4, 2], [2, 7], [2]]);
  });
});

describe('what is gone', () => {
  it('is what the newest snapshot of its own line does not hold', () => {
    const [model] = createWorld(new Date('2026-11-21T12:00:00.000Z')).snapshots;
    if (!model) throw new Error('the made-up world has no snapshots');
    const snapshot = (id: string, planId: string | null, paths = ['/home/ana']) => ({ ...model, id: id.repeat(64), planId, paths });
    const gone = goneFrom([snapshot('a', 'p'), snapshot('b', null), snapshot('c', 'p'), snapshot('d', null, ['/other']), snapshot('e', null)]);
    expect(['a', 'b', 'c', 'd', 'e', 'f'].filter((id) => gone({ newest: seen(id) }))).toEqual(['c', 'e']);
  });
});
