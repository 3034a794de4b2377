// The one-shot task `snapshots.compare-page`: a page of a comparison that is kept, sorted and searched away from the thread that answers requests.
import type { WorkerTask } from '../../ports.ts';
import { openDatabase } from '../../store/index.ts';
import type { CompareFacts } from './protocol.ts';
import { readFacts, readFolder, readList, type ChangePage, type ListInput, type PageInput } from './read.ts';
import { compareMigrations } from './schema.ts';

export type PageRequest = { comparison: string } & (({ what: 'folder'; path: string } & PageInput) | ({ what: 'list' } & ListInput) | { what: 'facts' });

export const pageTask: WorkerTask = async ({ files }, input): Promise<ChangePage | CompareFacts | undefined> => {
  const request = input as PageRequest & { databasePath: string };
  const db = openDatabase({ path: request.databasePath, files, migrations: compareMigrations, kind: 'cache', readOnly: true });
  try {
    if (request.what === 'facts') return readFacts(db);
    return request.what === 'folder' ? readFolder(db, request.path, request) : readList(db, request);
  } finally {
    db.close();
  }
};
