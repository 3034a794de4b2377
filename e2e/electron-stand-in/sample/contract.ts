// What page and engine of the sample agree on.
import { eventIterator, oc } from '@orpc/contract';
import * as z from 'zod';

const Snapshot = z.object({ id: z.string(), at: z.date(), bytes: z.bigint(), tags: z.map(z.string(), z.set(z.number())), process: z.string(), electron: z.string(), files: z.string(), pid: z.number(), aborted: z.number() });

export const contract = {
  snapshot: oc.input(z.object({ id: z.string() })).output(Snapshot),
  backup: oc.input(z.object({ steps: z.number() })).output(eventIterator(z.object({ done: z.number(), total: z.number() })))
};
