// Copies of erased contents that Varve knows of and cannot erase: what the record itself says was given away or opened, exports of the keys, copies
// that an update left, cold packages, and refused lines of imports. By number and time only, never by what they hold.
import { dirname, join } from 'node:path';
import type { OutOfReach } from '../../../../contract/erasure.ts';
import { copyLifeMs, listMigrationCopies } from '../../store/index.ts';
import type { LogContext } from '../context.ts';

interface Row {
  seq: number;
  at_ms: number;
  body: string | null;
}

export type PackedCopy = OutOfReach['packages'][number];

const exporting = ['access.log-exported', 'access.evidence-exported'];
const refusedLines = /-refused\.jsonl$/;

/** `packed`: packages of the record that are known, whether or not they reach back as far as the entries. */
export function findOutOfReach({ db, files, path }: Pick<LogContext, 'db' | 'files' | 'path'>, seqs: readonly number[], packed: readonly PackedCopy[]): OutOfReach {
  const erased = new Set(seqs);
  const oldest = seqs.reduce((least, seq) => Math.min(least, seq), Number.MAX_SAFE_INTEGER);
  const events = (action: string, above: number): Row[] =>
    db.prepare('SELECT f.seq AS seq, f.at_ms AS at_ms, p.body AS body FROM actions a JOIN facts f ON f.action = a.no LEFT JOIN payloads p ON p.seq = f.seq WHERE a.name = ? AND f.seq > ? ORDER BY f.seq').all<Row>(action, above);
  const when = ({ seq, at_ms: atMs }: Row): { seq: number; at: string } => ({ seq, at: new Date(atMs).toISOString() });
  const reports = join(dirname(path), 'reports');
  return {
    exports: exporting.flatMap((action) => events(action, oldest)).filter(({ body }) => mayHold(body, erased)).map(when).sort((a, b) => a.seq - b.seq),
    openings: [...events('access.payload-opened', oldest), ...events('access.payloads-searched', oldest)].filter(({ body }) => showed(body, erased)).map(when).sort((a, b) => a.seq - b.seq),
    keyExports: events('keys.exported', -1).map(when),
    migrationCopies: listMigrationCopies(files, path).map((copy) => ({ path: copy, until: new Date(Number((files.lstat(copy)?.mtimeNs ?? 0n) / 1_000_000n) + copyLifeMs).toISOString() })),
    // A package begins with the first entry: it holds those below its number of events. One that is being made may have begun before the erasure.
    packages: seqs.length === 0 ? [] : packed.filter(({ events }) => events === null || events > oldest).sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    importFiles: files.lstat(reports)?.type !== 'dir' ? [] : files.readdir(reports).filter(({ name }) => refusedLines.test(name)).map(({ name }) => join(reports, name)).sort()
  };
}

/** An export of single entries that were not erased, or of commitments alone, held nothing of it; any other may have, also one that was erased itself. */
function mayHold(body: string | null, erased: ReadonlySet<number>): boolean {
  const said = parse(body);
  if (said['disclosure'] === 'commitments') return false;
  return typeof said['seq'] !== 'number' || erased.has(said['seq']);
}

function showed(body: string | null, erased: ReadonlySet<number>): boolean {
  const { seqs, found } = parse(body);
  return body === null || [seqs, found].some((list) => Array.isArray(list) && list.some((seq) => erased.has(seq as number)));
}

/** A payload that was changed behind our back says nothing; verification has its own word for it. */
function parse(body: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
