// Writes docs/jobs.schema.json, the JSON Schema of files of job definitions, out of the contract.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobsFileSchema } from '../src/contract/jobs-schema.ts';

writeFileSync(join(import.meta.dirname, '../docs/jobs.schema.json'), `${JSON.stringify(jobsFileSchema(), null, 2)}\n`);
