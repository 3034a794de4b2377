// For tests of restoring: a package of a home, by the parts that write packages.
import { originOf, openColdRecord } from '../../log/index.ts';
import type { Ports } from '../../ports.ts';
import { openDatabase, type Migration } from '../../store/index.ts';
import { createArchive } from '../archive/write.ts';
import type { WrittenFile } from '../archive/model.ts';
import { manifestName, manifestText, sumsName, sumsText } from '../manifest.ts';
import { statePath, statePieces } from '../state/index.ts';

export interface PackHome {
  ports: Pick<Ports, 'files' | 'clock' | 'random' | 'machine'>;
  homePath: string;
  homeId: string;
  to: string;
  firstKey?: Uint8Array | undefined;
  stateMigrations: readonly Migration[];
  passphrase?: string;
  /** Exported keys. */
  keys?: string;
  /** Changes members on their way; undefined leaves one out. */
  change?: (path: string, content: Buffer) => Buffer | undefined;
  /** Changes the manifest's summary. */
  lie?: (summary: Record<string, unknown>) => Record<string, unknown>;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

export async function packHome({ ports, homePath, homeId, to, firstKey, stateMigrations, passphrase, keys, change, lie }: PackHome): Promise<void> {
  const { files, random, machine } = ports;
  const turn = async (): Promise<void> => undefined;
  const record = openColdRecord({ files, random, path: `${homePath}/log.db`, origin: originOf(homeId), firstKey, temporaryFolder: machine.temporaryFolder, turn });
  const state = openDatabase({ path: `${homePath}/state.db`, files, migrations: stateMigrations, kind: 'state', readOnly: true });
  const archive = createArchive(ports, to, { format: 'tar.gz', sealed: passphrase !== undefined }, passphrase, 10);
  try {
    const written: WrittenFile[] = [];
    const put = async (path: string, content: Buffer): Promise<void> => {
      const changed = change === undefined ? content : change(path, content);
      if (changed !== undefined) written.push(await archive.file({ path, size: changed.length }, [changed]));
    };
    for await (const member of record.members()) await put(member.path, await whole(member.pieces()));
    await put(statePath, await whole(statePieces({ files, homePath, home: { id: homeId, createdAt: '2026-01-02T03:04:05.678Z' }, state }, turn)));
    for (const member of record.tree()) await put(member.path, await whole(member.pieces()));
    if (keys !== undefined) await put('keys.json', Buffer.from(keys));
    const said = record.summary();
    const summary = { total_events: said.events, total_segments: said.segments, first_event_id: said.firstId, last_event_id: said.lastId, last_current_hash: said.lastHash, snapshot_exists: true };
    const facts = { kind: 'log' as const, createdAtMs: 0, sourceDir: homePath, generator: 'test', homeId, eventlogSummary: (lie === undefined ? summary : lie(summary)) as typeof summary, chainValidAtBackup: said.valid };
    const manifest = Buffer.from([...manifestText(facts, { files: written, folders: [], links: [], skipped: [], skippedCount: 0 })].join(''));
    const manifestFile = await archive.file({ path: manifestName, size: manifest.length }, [manifest]);
    const sums = Buffer.from([...sumsText([...written, manifestFile])].join(''));
    await archive.file({ path: sumsName, size: sums.length }, [sums]);
    await archive.end();
  } catch (error) {
    archive.abort();
    throw error;
  } finally {
    record.close();
    state.close();
  }
}
