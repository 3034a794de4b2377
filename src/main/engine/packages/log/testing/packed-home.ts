// For tests: a home's databases in a folder, and its record packed into a map.
import { writeFileSync } from 'node:fs';
import { createNodeFiles } from '../../../../adapters/files.ts';
import { openTestLog, createTestKeys, testHomeId } from '../../../log/testing.ts';
import type { EventLog } from '../../../log/index.ts';
import { stateMigrations } from '../../../state-migrations.ts';
import { openDatabase, type Database } from '../../../store/index.ts';
import { createTestFolder, type TestFolder } from '../../../store/testing.ts';
import { createSeededRandom } from '../../../testing/fake-clock.ts';
import { packLog, type PackedLog, type PackLogOptions } from '../pack.ts';
import { createMemoryArchive } from './memory-archive.ts';

export interface TestHome {
  folder: TestFolder;
  log: EventLog;
  db: Database;
  pack(options?: Partial<PackLogOptions>): Promise<PackedLog & { members: Map<string, Buffer> }>;
  remove(): void;
}

export function createPackedHome({ begin = true }: { begin?: boolean } = {}): TestHome {
  const folder = createTestFolder();
  const files = createNodeFiles();
  const { log } = openTestLog({ files, path: folder.at('log.db'), begin });
  const db = openDatabase({ path: folder.at('state.db'), files, migrations: stateMigrations, kind: 'state' });
  writeFileSync(folder.at('settings.json'), '{"version":1,"language":"pt-BR"}');
  return {
    folder,
    log,
    db,
    async pack(options = {}) {
      const archive = createMemoryArchive();
      const packed = await packLog({
        files, random: createSeededRandom('pack'), archive, homePath: folder.path, homeId: testHomeId, homeCreatedAt: '2026-11-21T00:00:00.000Z', firstKey: createTestKeys().pinned()[0], stateMigrations,
        temporaryFolder: folder.path, ...options
      });
      return { ...packed, members: archive.members };
    },
    remove() {
      log.close();
      if (db.open) db.close();
      folder.remove();
    }
  };
}
