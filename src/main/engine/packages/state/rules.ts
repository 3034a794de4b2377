// Rules for the columns of state.db that come out of a package: what a value must be before it is written.
import * as z from 'zod';
import { Instant } from '../../../../contract/ids.ts';

const longestText = 4_000_000;

export const text = (most = 1000): z.ZodString => z.string().max(most);
export const instant = Instant;
/** Milliseconds, counts, numbers of versions. */
export const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const flag = z.union([z.literal(0), z.literal(1)]);

/** JSON text of a value that `schema` takes. */
export function json(schema: z.ZodType): z.ZodType<string> {
  return z.string().max(longestText).refine((value) => schema.safeParse(parsed(value)).success, 'is not what it should hold');
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}
