// What a `log.key-rotated` event says, for those who build evidence and those who check it.
import { builtInActions } from '../actions.ts';
import type { HeaderFields } from '../header.ts';

export const keyRotated = 'log.key-rotated';

export function isKeyRotation(header: Pick<HeaderFields, 'action' | 'category'>): boolean {
  return header.action === keyRotated && header.category === 'record';
}

/** undefined when the header is no change of key, or its payload is not what such an event holds. */
export function readKeyRotation(header: Pick<HeaderFields, 'action' | 'category'>, body: string): { vkey: string; previous: string } | undefined {
  if (!isKeyRotation(header)) return undefined;
  try {
    const parsed = builtInActions[keyRotated]?.payload.safeParse(JSON.parse(body));
    return parsed?.success === true ? (parsed.data as { vkey: string; previous: string }) : undefined;
  } catch {
    return undefined;
  }
}
