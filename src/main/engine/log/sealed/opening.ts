// Opening encrypted payloads: only when asked by entry and with a purpose, and never without an event that says who and why. The event is recorded
// before anybody sees what was opened.
import { fail } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { parseHeader } from '../header.ts';
import type { ShownEntry } from '../read.ts';
import type { PayloadKeys } from './payload-keys.ts';
import type { Opened, Sealing } from './sealing.ts';

export interface OpenedEntries {
  entries: ShownEntry[];
  /** Entry that records the opening; null when nothing protected was opened. */
  event: number | null;
  /** Entries that stay locked because their key is not in payload-keys.json. */
  withoutKey: number[];
}

export interface Opening {
  /** Throws NOT_FOUND, BAD_INPUT without a purpose, NOT_WRITABLE on a log that is only read, and VAULT_LOCKED, SECRET_MISSING, SECRET_STORE_UNAVAILABLE without keys. */
  open(request: { seqs: readonly number[]; purpose: string }, actor?: string): Promise<OpenedEntries>;
}

export function createOpening({ db, path, keys, reader, readOnly, append }: LogContext, sealing: Sealing, payloadKeys: PayloadKeys): Opening {
  function openAt(seq: number): Opened | undefined {
    const text = db.prepare('SELECT header FROM entries WHERE seq = ?').get<{ header: string }>(seq)?.header;
    const header = text === undefined ? undefined : parseHeader(text);
    return header === undefined ? undefined : sealing.open(header);
  }

  function withPayload(shown: ShownEntry, opened: Opened): ShownEntry {
    if (opened.state === 'locked') return shown;
    const payload: unknown = opened.state === 'intact' ? JSON.parse(opened.text) : null;
    return { ...shown, entry: { ...shown.entry, payloadState: opened.state, payload }, salt: opened.state === 'intact' ? opened.salt : null };
  }

  return {
    async open({ seqs, purpose }, actor) {
      const why = purposeOf(purpose);
      const wanted = [...new Set(seqs)];
      const shown = wanted.map((seq) => reader.show(seq));
      if (!shown.some(({ entry }) => entry.payloadState === 'locked')) return { entries: shown, event: null, withoutKey: [] };
      if (readOnly) fail('NOT_WRITABLE', `${path} was opened for reading only: an opening could not be recorded`, { path, reason: 'opened for reading only, where an opening could not be recorded' });
      await keys.load();
      if (!payloadKeys.open) fail('VAULT_LOCKED', 'the keys of encrypted payloads are not loaded', { path });
      const results = shown.map((each) => ({ each, opened: each.entry.payloadState === 'locked' ? openAt(each.entry.seq) : undefined }));
      const event = record(results.flatMap(({ each, opened }) => (opened?.state === 'intact' ? [each.entry.seq] : [])), why, actor);
      return {
        entries: results.map(({ each, opened }) => (opened === undefined ? each : withPayload(each, opened))),
        event,
        withoutKey: results.flatMap(({ each, opened }) => (opened?.state === 'locked' ? [each.entry.seq] : []))
      };
    }
  };

  function record(seqs: readonly number[], purpose: string, actor: string | undefined): number | null {
    if (seqs.length === 0) return null;
    const [appended] = append([{ action: 'access.payload-opened', category: 'access', payload: { seqs, purpose }, ...(actor === undefined ? {} : { actor }) }]);
    return appended?.seq ?? null;
  }
}

/** Throws BAD_INPUT. */
export function purposeOf(purpose: string): string {
  const why = purpose.trim();
  return why === '' ? fail('BAD_INPUT', 'a purpose is needed', { field: 'purpose', reason: 'say what the encrypted entries are opened for; it becomes part of the record' }) : why;
}
