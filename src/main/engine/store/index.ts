// SQLite as the engine uses it: open with the right pragmas, migrate forward only, typed failures, and the outbox between two databases.
export { Database, type Statement } from './database.ts';
export { typedFailure, type DatabaseKind } from './failures.ts';
export type { Migration } from './migrate.ts';
export { copyDatabase, copyLifeMs, listMigrationCopies, sweepMigrationCopies } from './copies.ts';
export { createFreeSpaceCleaner, type FreeSpaceCleaner } from './free-space.ts';
export { openDatabase, type OpenDatabaseOptions } from './open.ts';
export { openReadable, type Readable, type ReadableDeps } from './open-readable.ts';
export { createOutbox, outboxMigrations, type Outbox, type OutboxEvent, type OutboxFailure, type OutboxLog } from './outbox.ts';
export { mergeMigrations } from './migrate.ts';
