// The JSON Schema of a file of job definitions, for editors and for whoever writes one by program; docs/jobs.schema.json is made of it.
import * as z from 'zod';
import { JobsFile } from './jobs.ts';

export function jobsFileSchema(): object {
  return { ...z.toJSONSchema(JobsFile, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' }), title: 'Varve job definitions' };
}
