// Jobs and runs as a person names them.
import type { VarveClient } from '../../contract/index.ts';
import type { Job } from '../../contract/jobs.ts';
import type { Run } from '../../contract/runs.ts';
import { fail } from '../engine/kit/errors.ts';

export async function jobNamed(client: VarveClient, name: string): Promise<Job | undefined> {
  return (await client.jobs.list({} as never)).find(({ id, definition }) => id === name || definition.name === name);
}

/** A run by its id or the beginning of it; by the name of a job its last one. Throws NOT_FOUND, AMBIGUOUS. */
export async function runNamed(client: VarveClient, name: string): Promise<Run> {
  const job = await jobNamed(client, name);
  if (job === undefined) return (await client.runs.get({ run: name })).run;
  return job.lastRun ?? fail('NOT_FOUND', `${name} has never run`, { kind: 'run', name });
}
