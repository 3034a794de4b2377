// The one-shot task `snapshots.inside-page`: reads what is kept of a comparison, away from the thread that answers requests.
import type { WorkerTask } from '../../ports.ts';
import { openDatabase } from '../../store/index.ts';
import { insideMigrations, readFound, readPicture, readRows } from './keep.ts';

export type InsidePage = { what: 'rows'; offset: number; limit: number } | { what: 'picture'; side: 'before' | 'after'; offset: number } | { what: 'found' };

export const pageTask: WorkerTask = async ({ files }, input): Promise<unknown> => {
  const page = input as InsidePage & { databasePath: string };
  const db = openDatabase({ path: page.databasePath, files, migrations: insideMigrations, kind: 'cache', readOnly: true });
  try {
    if (page.what === 'found') return readFound(db);
    return page.what === 'rows' ? readRows(db, page.offset, page.limit) : readPicture(db, page.side, page.offset);
  } finally {
    db.close();
  }
};
