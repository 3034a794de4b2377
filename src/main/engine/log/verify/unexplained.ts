// Payloads and names that are gone although no pointer leads to the event that says why: the events themselves are asked, once, at the end. One that
// comes after a break in the record can no longer explain anything.
import type { Database } from '../../store/index.ts';
import { namesEntry, type Erasure } from '../erasure.ts';
import type { Hasher } from '../hash.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { BreakFound } from './break.ts';
import type { Nameless } from './names.ts';
import { erasureAt } from './payloads.ts';

interface Gone {
  gone: readonly number[];
  nameless: readonly Nameless[];
}

/** The first one below `below` that nothing explains, and how many payloads turned out to be erased after all. */
export function explainGone(db: Database, hasher: Hasher, { gone, nameless }: Gone, below: number): { found: BreakFound | undefined; erased: number } {
  if (gone.length === 0 && nameless.length === 0) return { found: undefined, erased: 0 };
  const erasures = readErasures(db, hasher, below);
  const explains = (seq: number, category: HeaderFields['category']): boolean => erasures.some(({ event, erasure }) => event > seq && namesEntry(erasure, seq, category));
  let payload: number | undefined;
  let erased = 0;
  for (const seq of gone) {
    if (seq >= below) break;
    const category = parseHeader(db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header ?? '')?.category;
    if (category !== undefined && explains(seq, category)) erased += 1;
    else payload ??= seq;
  }
  const name = nameless.find(({ seq }) => seq < Math.min(below, payload ?? Infinity) && !explains(seq, 'record'));
  if (name) return { erased, found: { seq: name.seq, what: 'edited', detail: `the name that entry ${name.seq} introduced (${name.id}) is gone and no erasure or retention event in the record names that entry` } };
  return { erased, found: payload === undefined ? undefined : { seq: payload, what: 'payload-missing', detail: `the payload of entry ${payload} is gone and no erasure or retention event in the record names it` } };
}

function readErasures(db: Database, hasher: Hasher, below: number): { event: number; erasure: Erasure }[] {
  const rows = db.prepare("SELECT f.seq AS seq FROM actions a JOIN facts f ON f.action = a.no WHERE a.name IN ('log.erasure', 'log.retention') ORDER BY f.seq").all<{ seq: number }>();
  return rows.flatMap(({ seq }) => {
    const erasure = seq < below ? erasureAt(db, hasher, seq) : undefined;
    return erasure === undefined ? [] : [{ event: seq, erasure }];
  });
}
