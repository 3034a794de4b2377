// Writes an evidence bundle as pieces of text, in two steps: first it is known what will be in it, so that the record can say so before anything
// leaves; then the text, a piece at a time, in memory that does not grow.
import { createHash } from 'node:crypto';
import type { Disclosure } from '../../../../contract/evidence.ts';
import type { LogFilter } from '../../../../contract/log.ts';
import { inclusionPath } from '../merkle/proofs.ts';
import { buildHead } from './build-head.ts';
import { about, formatHashes, formatLastLine, formatLine, type EntryPayload, type Head } from './bundle-format.ts';
import { selectEntries } from './selection.ts';
import type { EvidenceSource, SourceEntry } from './source.ts';

export interface BundleOptions {
  filter?: LogFilter | undefined;
  disclosure: Disclosure;
  held: readonly string[];
  /** When it is made, by this computer's clock. */
  created: string;
}

export interface PreparedBundle {
  entries: number;
  size: number;
  complete: boolean;
  /** Entries whose encrypted contents are among those asked for. */
  protected: number;
  /** The whole text in pieces; `turn` is called between pages with the entries done. Returns the hash that the last line carries. */
  text(turn: (done: number) => Promise<void>): AsyncGenerator<string, string, void>;
}

const pieceCharacters = 64 * 1024;

/** `checkpoint` must be one of the source's. Throws what `buildHead` and `selectEntries` do, LOG_DAMAGED. */
export async function prepareBundle(source: EvidenceSource, checkpoint: { size: number; note: string }, options: BundleOptions, turn: () => Promise<void>): Promise<PreparedBundle> {
  const { filter, disclosure, held, created } = options;
  const { size } = checkpoint;
  const selection = await selectEntries(source, { filter, size, explained: disclosure === 'payloads' }, turn);
  const { complete, entries } = selection;
  const keys = buildHead(source, checkpoint, { complete, held });
  const head: Head = {
    format: 'varve-evidence', version: 1, about, origin: source.origin, vkey: keys.vkey, checkpoint: keys.checkpoint, size, created, complete, entries, disclosure, filter: complete ? null : (filter ?? null),
    rotations: keys.rotations, consistency: keys.consistency
  };

  function payloadOf(entry: SourceEntry): EntryPayload {
    if (entry.fields.payload === null) return null;
    if (disclosure === 'commitments') return { state: 'withheld' };
    const payload = source.disclose(entry);
    // Erased after the checkpoint was signed: the entry that says so cannot be in this bundle.
    return payload?.state === 'erased' && payload.by >= size ? { state: 'withheld' } : payload;
  }

  const lineOf = (entry: SourceEntry): string =>
    formatLine({ index: entry.index, header: entry.header, payload: payloadOf(entry), ...(complete ? {} : { proof: formatHashes(inclusionPath(entry.index, size, source.read)) }) });

  return {
    entries,
    size,
    complete,
    protected: disclosure === 'payloads' ? selection.protected : 0,
    async *text(turned) {
      const sum = createHash('sha256');
      let piece = formatLine(head);
      let done = 0;
      for (const page of selection.pages()) {
        for (const entry of page) {
          piece += lineOf(entry);
          if (piece.length < pieceCharacters) continue;
          sum.update(piece, 'utf8');
          yield piece;
          piece = '';
        }
        done += page.length;
        await turned(done);
      }
      sum.update(piece, 'utf8');
      const sha256 = sum.digest('hex');
      yield piece + formatLastLine(entries, sha256);
      return sha256;
    }
  };
}
