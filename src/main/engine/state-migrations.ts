// The one list of what state.db consists of. Numbers: outbox 1-9, repositories 10-19, snapshots 20-29 and 50-59, tokens 30-39, saved views
// of the log 40-49, secrets of jobs 60-69, jobs 70-79, alerts 80-89, packages 90-99.
import { alertMigrations } from './alerts/index.ts';
import { gatewayMigrations } from './gateway/index.ts';
import { jobsMigrations } from './jobs/migrations.ts';
import { viewMigrations } from './log/index.ts';
import { packageMigrations } from './packages/index.ts';
import { repositoryMigrations } from './repository/index.ts';
import { namedSecretMigrations } from './secrets/index.ts';
import { snapshotsMigrations } from './snapshots/index.ts';
import { mergeMigrations, outboxMigrations, type Migration } from './store/index.ts';

export const stateMigrations: readonly Migration[] = mergeMigrations(outboxMigrations, repositoryMigrations, snapshotsMigrations, gatewayMigrations, viewMigrations, namedSecretMigrations, jobsMigrations, alertMigrations, packageMigrations);
