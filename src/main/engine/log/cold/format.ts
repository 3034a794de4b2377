// Names and numbers of the record's form in cold packages (docs/formats/log-package.md).

/** 40 tiles of 256. */
export const segmentEvents = 10_240;
export const segmentFormat = 'varve-segment';
export const tablesFormat = 'varve-log-tables';
export const coldVersion = 1;

export const tablesPath = 'event-log-tables.jsonl';
export const checkpointPath = 'tree/checkpoint';
export const vkeyPath = 'tree/vkey';
export const checkpointsPath = 'tree/checkpoints.jsonl';

/** Of segment `no`, counted from 1. */
export function segmentPath(no: number): string {
  return `event-log/segment-${String(no).padStart(6, '0')}.json`;
}

/** The number of the segment that holds the event. */
export function segmentOf(seq: number): number {
  return Math.floor(seq / segmentEvents) + 1;
}

/** What log.db knows beside the events and cannot be computed from them, table by table. `where`: not all of a table. */
export const coldTables = [
  { name: 'meta', columns: ['key', 'value'], key: 'key', where: "key = 'encrypting'" },
  { name: 'payload_keys', columns: ['id', 'first'], key: 'id' },
  { name: 'sources', columns: ['no', 'name', 'run'], key: 'no' },
  { name: 'source_lines', columns: ['source', 'digest', 'copies', 'run', 'seen'], key: 'source, digest' },
  { name: 'source_entries', columns: ['seq', 'source', 'digest'], key: 'seq' },
  { name: 'source_files', columns: ['source', 'sha256', 'event'], key: 'source, sha256' },
  { name: 'followed', columns: ['no', 'source', 'path', 'mapping', 'actor', 'taken', 'refused', 'quarantine', 'quarantine_bytes'], key: 'no' },
  { name: 'followed_files', columns: ['no', 'followed', 'rotated', 'name', 'device', 'inode', 'head_bytes', 'head', 'tail_bytes', 'tail', 'offset', 'line'], key: 'no' },
  { name: 'anchors', columns: ['no', 'event', 'kind', 'outcome', 'form', 'size', 'root', 'entries', 'outside', 'note', 'at_ms'], key: 'no' },
  { name: 'witnesses', columns: ['vkey', 'url', 'size', 'asked', 'added_ms'], key: 'vkey' }
] as const satisfies readonly { name: string; columns: readonly string[]; key: string; where?: string }[];

/** Tables of log.db that are not in a package, and from what they are made anew. */
export const notPacked: Readonly<Record<string, string>> = {
  entries: 'the segments',
  payloads: 'the segments',
  erased: 'the states in the segments',
  names: 'the events log.name-introduced',
  namespaces: 'the events log.namespace-declared',
  facts: 'the headers',
  actions: 'the headers',
  sessions: 'the headers',
  annotations: 'the events about entries',
  search: 'headers and payloads',
  leaves: 'the headers',
  tiles: 'the headers',
  checkpoints: 'tree/checkpoints.jsonl',
  verification: 'verifying anew',
  schema_migrations: 'the program that makes the new home'
};
