// Outside anchors of this log: comparing what is held with the record, and asking witnesses to hold it. Whatever comes of a comparison is recorded,
// a refusal above all: it may be the only trace of a record that was rolled back.
import type { Anchor, AnchorKind, AnchorOutcome, AnchorStatus, Witness, WitnessResult } from '../../../../contract/anchors.ts';
import { fail, VarveError } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { consistencyPath } from '../merkle/proofs.ts';
import { BadNote, formatNote, keyTypes, makeVkey, parseNote, parseSignatureLines, parseVkey, verifyCosignature, type ParsedNote, type SignatureLine, type Vkey } from '../note/index.ts';
import { formatSignatureLine } from '../note/note.ts';
import { formatRequest } from '../note/witness-request.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import { readHeld, type Held } from './held.ts';
import { judgeHeld } from './judge.ts';
import { createAnchorStore, witnessView, type AnchorSource, type WitnessRow } from './store.ts';

const weekMs = 7 * 86_400_000;
const dayMs = 86_400_000;
/** How many checkpoints back an answer without its checkpoint may belong to. */
const rememberedCheckpoints = 500;
const longestNote = 20_000;

export interface HoldInput {
  text: string;
  kind: AnchorKind;
  /** False where it lies on the record's own drive. */
  outside?: boolean;
  source?: AnchorSource;
}

export interface Anchors {
  /** Compares and records. Throws BAD_INPUT for a text that is no checkpoint of this log. */
  hold(input: HoldInput, actor?: string): Anchor;
  /** Only compares. Throws BAD_INPUT as `hold` does. */
  compare(text: string): AnchorOutcome;
  list(options: { before?: number | undefined; limit: number }): Anchor[];
  status(): AnchorStatus;
  witnesses(): Witness[];
  /** Throws BAD_INPUT for what is no witness's key, or an address that is none. */
  addWitness(vkey: string, url: string | undefined, actor?: string): Witness;
  removeWitness(witness: string, actor?: string): boolean;
  /** By vkey or name. Throws NOT_FOUND, AMBIGUOUS. */
  findWitness(witness: string): WitnessRow;
  /** Signs the log as it is and asks for a cosignature over that. Throws what signing throws, BAD_INPUT for an `old` beyond it. */
  request(witness: string, old?: number): Promise<{ text: string; old: number; size: number }>;
  /** A witness's answer: cosignature lines (with or without the checkpoint), or the size it stands at. Throws BAD_INPUT. */
  accept(text: string, witness: string | undefined, actor?: string): WitnessResult;
  /** What a witness says over the wire instead of signing: it has seen more (`behind`), or something else. */
  noteRefusal(witness: string, size: number, outcome: 'behind' | 'other-history', actor?: string): Anchor;
}

export function createAnchors(context: Pick<LogContext, 'db' | 'clock' | 'origin' | 'keys' | 'tree' | 'append'>, checkpoints: Pick<Checkpoints, 'list' | 'signNow'>): Anchors {
  const { db, clock, origin, tree } = context;
  const store = createAnchorStore(context);
  const ownKeys = (): Vkey[] => context.keys.pinned().map((key) => makeVkey(origin, key));

  function record(held: Held, { kind, outside = true, source = {} }: Omit<HoldInput, 'text'>, actor: string | undefined): Anchor {
    const { outcome, entries } = judgeHeld(held, { tree, keys: ownKeys() });
    const note = held.form === 'short' || held.text.length > longestNote ? null : held.text;
    return store.keep({ kind, outcome, form: held.form, size: held.size, root: held.root, entries, outside, note, source }, actor);
  }

  function findWitness(wanted: string): WitnessRow {
    const all = store.witnesses();
    const exact = all.find(({ vkey }) => vkey === wanted);
    if (exact) return exact;
    const named = all.filter(({ vkey }) => parseVkey(vkey).name === wanted);
    if (named.length > 1) throw new VarveError('AMBIGUOUS', `several witnesses are called ${wanted}`, { kind: 'witness', name: wanted, matches: named.map(({ vkey }) => vkey) });
    return named[0] ?? fail('NOT_FOUND', `no witness ${wanted}`, { kind: 'witness', name: wanted });
  }

  /** Cosignatures of the witnesses that are known here; undefined when there is none. */
  function knownCosignature(note: ParsedNote, rows: readonly WitnessRow[]): { row: WitnessRow; at: string } | undefined {
    try {
      const found = verifyCosignature(note, rows.map(({ vkey }) => parseVkey(vkey)));
      const newest = found.reduce((best, each) => (each.atSeconds > best.atSeconds ? each : best));
      const row = rows.find(({ vkey }) => parseVkey(vkey).keyId === newest.keyId && parseVkey(vkey).name === newest.name);
      return row && { row, at: new Date(newest.atSeconds * 1000).toISOString() };
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      return undefined;
    }
  }

  /** The checkpoint that bare cosignature lines belong to: the one that was asked for, else one of the last. */
  function checkpointOf(lines: readonly SignatureLine[], rows: readonly WitnessRow[]): { note: string; found: { row: WitnessRow; at: string } } | undefined {
    const asked = new Set(rows.map((row) => row.asked));
    const recent = checkpoints.list({ limit: rememberedCheckpoints });
    for (const { note } of [...recent.filter(({ size }) => asked.has(size)), ...recent.filter(({ size }) => !asked.has(size))]) {
      const parsed = parseNote(note);
      const found = knownCosignature({ text: parsed.text, signatures: [...lines] }, rows);
      if (found) return { note: formatNote(parsed.text, [...parsed.signatures, ...lines].map((line) => formatSignatureLine(line))), found };
    }
    return undefined;
  }

  function acceptSize(size: number, row: WitnessRow, actor: string | undefined): WitnessResult {
    if (size > tree.size()) return { anchor: noteRefusal(row.vkey, size, 'behind', actor), size };
    store.noteWitness(row.vkey, { size });
    return { anchor: null, size };
  }

  function noteRefusal(witness: string, size: number, outcome: 'behind' | 'other-history', actor: string | undefined): Anchor {
    return store.keep({ kind: 'witness', outcome, form: 'claim', size, root: '', entries: tree.size(), outside: true, note: null, source: { witness: parseVkey(findWitness(witness).vkey).name } }, actor);
  }

  return {
    hold: ({ text, ...rest }, actor) => record(readHeld(text, origin), rest, actor),
    compare: (text) => judgeHeld(readHeld(text, origin), { tree, keys: ownKeys() }).outcome,
    list: (options) => store.list(options),
    status() {
      const nowMs = clock.now();
      const newest = store.newest('fitting') ?? null;
      const sinceMs = newest ? nowMs - Date.parse(newest.at) : undefined;
      const begunMs = db.prepare('SELECT at_ms FROM facts ORDER BY seq LIMIT 1').get<{ at_ms: number }>()?.at_ms ?? nowMs;
      return {
        newest,
        days: sinceMs === undefined ? null : Math.max(0, Math.floor(sinceMs / dayMs)),
        due: (sinceMs ?? nowMs - begunMs) > weekMs,
        uncovered: Math.max(0, tree.size() - store.covered()),
        refused: store.newest('refused') ?? null
      };
    },
    witnesses: () => store.witnesses().map(witnessView),
    addWitness(text, url, actor) {
      const vkey = text.trim();
      refuseForeign(vkey);
      if (url !== undefined) checkAddress(url);
      store.addWitness(vkey, url, actor);
      return witnessView(findWitness(vkey));
    },
    removeWitness: (witness, actor) => store.removeWitness(findWitness(witness).vkey, actor),
    findWitness,
    async request(witness, wantedOld) {
      const row = findWitness(witness);
      const { note, size } = await checkpoints.signNow();
      const old = wantedOld ?? row.size;
      if (old > size) fail('BAD_INPUT', 'the old size is larger than the record', { field: 'old', reason: `the record has ${size} entries` });
      const text = formatRequest({ oldSize: old, proof: consistencyPath(old, size, tree.read), note });
      store.noteWitness(row.vkey, { asked: size });
      return { text, old, size };
    },
    accept(text, witness, actor) {
      const rows = witness === undefined ? store.witnesses() : [findWitness(witness)];
      if (rows.length === 0) fail('NOT_FOUND', 'no witness is known', { kind: 'witness', name: '' });
      const body = text.replaceAll('\r', '').trim();
      if (/^\d{1,16}$/.test(body)) {
        if (!Number.isSafeInteger(Number(body))) refuse('names a size beyond all records');
        const [row] = rows;
        if (row === undefined || rows.length > 1) return refuse('is only a size; say which witness it comes from');
        return acceptSize(Number(body), row, actor);
      }
      if (!body.startsWith('\u2014 ')) {
        // A whole cosigned checkpoint, as the witness's folder keeps it.
        const held = readHeld(text, origin);
        const found = held.form === 'signed' && held.note ? knownCosignature(held.note, rows) : undefined;
        return withSize(found ? recordCosigned(held, found, actor) : refuse('has no signature of a witness that is known here'));
      }
      let lines: SignatureLine[];
      try {
        lines = parseSignatureLines(`${body}\n`);
      } catch (error) {
        if (!(error instanceof BadNote)) throw error;
        return refuse(`cannot be read: ${error.message}`);
      }
      const match = checkpointOf(lines, rows) ?? refuse('belongs to no checkpoint of this record, or to no witness that is known here');
      return withSize(recordCosigned(readHeld(match.note, origin), match.found, actor));
    },
    noteRefusal
  };

  function recordCosigned(held: Held, { row, at }: { row: WitnessRow; at: string }, actor: string | undefined): Anchor {
    const anchor = record(held, { kind: 'witness', source: { witness: parseVkey(row.vkey).name, witnessedAt: at } }, actor);
    if (anchor.outcome === 'fits' && held.size > row.size) store.noteWitness(row.vkey, { size: held.size });
    return anchor;
  }
}

function withSize(anchor: Anchor): WitnessResult {
  return { anchor, size: anchor.size };
}

function refuse(reason: string): never {
  return fail('BAD_INPUT', `answer: ${reason}`, { field: 'answer', reason });
}

function refuseForeign(vkey: string): void {
  let type: number;
  try {
    ({ type } = parseVkey(vkey));
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    fail('BAD_INPUT', `vkey: ${error.message}`, { field: 'vkey', reason: error.message });
  }
  if (type !== keyTypes.cosignature) fail('BAD_INPUT', "vkey: a log's key", { field: 'vkey', reason: "this is a log's key; a witness's own is printed by varve witness init and show" });
}

/** Where requests go: http or https, nothing that carries a name or password. */
export function checkAddress(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    return fail('BAD_INPUT', 'not an address for a witness', { field: 'url', reason: 'must be an address such as https://witness.example/ or http://192.168.1.20:7341/, without user, "?" or "#"' });
  }
  return parsed;
}
