// The verdict, from what was found.
import type { CheckedAnchor, Verdict } from '../../../../contract/verify.ts';
import type { Anchor } from './anchors.ts';
import type { Break } from './judge.ts';
import type { Pins } from './keys.ts';
import { noEvidence, type RowReport } from './rows.ts';
import type { SearchState } from './search.ts';
import type { SealWalk } from './seal-walk.ts';
import { describeSeal } from './seals.ts';

type Broken = Extract<Verdict, { kind: 'broken' }>;

export function brokenVerdict(entries: number, found: Break): Broken {
  const { seq, what, detail, trustworthyBelow = 0, restsOn = { kind: 'nothing', size: 0 } as const, kinds = [] } = found;
  return { kind: 'broken', entries, seq, what, detail, trustworthyBelow, restsOn, ...(kinds.length > 0 && { kinds: kinds.map(({ what: kind, first, count }) => ({ what: kind, first, count })) }) };
}

export interface Sound {
  rows: RowReport;
  walk: SealWalk;
  pinned: Pins['from'];
  /** What was brought, with what its signature is worth. */
  anchors: readonly (Anchor & { signature: CheckedAnchor['signature'] })[];
  readFrom: number;
  /** Asked only where it is said. */
  search: () => SearchState | undefined;
}

/** Of a record in which nothing is wrong: what was brought decides. Throws EVIDENCE_MISSING where nothing seals it. */
export function soundVerdict({ rows, walk, pinned, anchors: brought, readFrom, search: askSearch }: Sound): Verdict {
  const entries = rows.reached;
  const anchors = brought.map((anchor): CheckedAnchor => {
    const { source, size, form, signature } = anchor;
    return { source, size, form, signature, outcome: size > entries ? 'ahead' : walk.forked.has(anchor) ? 'forked' : 'fits' };
  });
  const checkpoint = walk.good && describeSeal(walk.good);
  const forked = anchors.filter(({ outcome }) => outcome === 'forked').toSorted((a, b) => a.size - b.size)[0];
  if (forked) return { ...forkedVerdict(entries, forked, anchors), anchors };
  if (anchors.some(({ outcome }) => outcome === 'ahead')) return { kind: 'behind', entries, ...(checkpoint && { checkpoint }), anchors };
  if (checkpoint === undefined) throw noEvidence('the record was never sealed: it has no checkpoint');
  const search = askSearch();
  const found = { entries, head: rows.head, payloads: rows.payloads, ...(search && { search }), checkpoint, pinned, readFrom };
  return anchors.length > 0 ? { kind: 'anchored', ...found, anchors } : { kind: 'consistent', ...found };
}

/** Both histories are the same as far as the largest checkpoint from outside that fits; from where on they differ is not known. */
function forkedVerdict(entries: number, { source, size, form }: CheckedAnchor, anchors: readonly CheckedAnchor[]): Broken {
  const common = Math.max(0, ...anchors.filter((anchor) => anchor.outcome === 'fits' && anchor.size < size).map((anchor) => anchor.size));
  const other = `the first ${size} entries are not the ones that the checkpoint from outside (${source}) was made over`;
  const detail = form === 'short' ? `${other}, unless it was copied wrongly` : other;
  return brokenVerdict(entries, { seq: common, what: 'forked', detail, trustworthyBelow: common, restsOn: common > 0 ? { kind: 'anchor', size: common } : { kind: 'nothing', size: 0 } });
}
