import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { jobsFileSchema } from './jobs-schema.ts';

it('docs/jobs.schema.json is what the contract says; node scripts/job-schema.mjs writes it', () => {
  expect(JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/jobs.schema.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(jobsFileSchema())));
});

it('names every setting of a definition and allows no other', () => {
  const text = JSON.stringify(jobsFileSchema());
  for (const name of ['schemaVersion', 'work', 'schedule', 'catchUp', 'retries', 'idempotent', 'external']) expect(text).toContain(`"${name}"`);
  expect(text).toContain('"additionalProperties":false');
});
