// varve job guard: the look from outside, for cron or systemd, that works while no Varve does
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatSpan } from '../../contract/copy/values.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { guardJobs, type Complaint } from '../engine/alerts/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { stateMigrations } from '../engine/state-migrations.ts';
import { openDatabase } from '../engine/store/index.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { exactOr } from './job-words.ts';
import type { Words } from './words.ts';

export function addJobGuardCommand(job: Command, host: Host): void {
  const { words } = host;
  job
    .command('guard')
    .description(words.say('jobGuard'))
    .addHelpText('after', examples(words, ['*/30 * * * *  varve job guard || mail -s "Varve" me@example.org < /dev/null', 'varve job guard --json']))
    .action((_options: object, command: Command) =>
      host.alone(command, async ({ output, homePath }) => {
        const files = createNodeFiles();
        const path = join(homePath, 'state.db');
        if (files.stat(path) === undefined) fail('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
        const db = openDatabase({ path, files, migrations: stateMigrations, kind: 'state', readOnly: true });
        try {
          const complaints = guardJobs(db, Date.now());
          output.document({ ok: complaints.length === 0, complaints });
          for (const complaint of complaints) output.say(sentence(words, complaint));
          return complaints.length === 0 ? exitCodes.done : exitCodes.failed;
        } finally {
          db.close();
        }
      })
    );
}

function sentence(words: Words, complaint: Complaint): string {
  const { say, language } = words;
  switch (complaint.kind) {
    case 'scheduler':
      return complaint.since === null ? say('guardNever') : say('guardScheduler', { since: exactOr(words, complaint.since) });
    case 'late':
      return say('guardLate', { name: complaint.job, at: exactOr(words, complaint.at) });
    case 'stale':
      return say('guardStale', { name: complaint.job, since: exactOr(words, complaint.since), span: formatSpan(language, complaint.limitSeconds) });
    case 'failed':
      return say('guardFailed', { name: complaint.job, count: complaint.runs, since: exactOr(words, complaint.since) });
  }
}
