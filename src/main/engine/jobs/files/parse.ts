// The text of a file of definitions. Strict: what is not known is refused, with its place.
import { JobsFile } from '../../../../contract/jobs.ts';
import { fail } from '../../kit/errors.ts';

/** Throws BAD_INPUT whose `field` is the place: `jobs.3.schedule.zone`. */
export function parseJobsFile(text: string): JobsFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('BAD_INPUT', 'not JSON', { field: 'file', reason: `is not JSON: ${error instanceof Error ? error.message : String(error)}` }, error);
  }
  const parsed = JobsFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String).join('.') ?? '';
    return fail('BAD_INPUT', parsed.error.message, { field: path === '' ? 'file' : path, reason: issue?.message ?? 'is not as expected' });
  }
  const names = parsed.data.jobs.map(({ name }) => name);
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  return twice < 0 ? parsed.data : fail('BAD_INPUT', 'a name stands twice', { field: `jobs.${twice}.name`, reason: `"${names[twice]}" stands twice` });
}
