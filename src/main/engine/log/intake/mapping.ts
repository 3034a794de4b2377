// How a line of another program becomes an event. The built-in mapping is the old shape `ts, session_id, action, payload, hash`; any other is
// described by a mapping file (contract/intake.ts, docs/log-from-other-programs.md).
import { Mapping } from '../../../../contract/intake.ts';
import { fail } from '../../kit/errors.ts';
import { NumberText } from '../json-text.ts';
import { prefixOf } from '../actions.ts';

export const legacyMapping: Mapping = Mapping.parse({
  format: 'varve-mapping',
  version: 1,
  time: { field: '/ts' },
  action: { field: '/action', required: true },
  session: '/session_id',
  data: '/payload'
});

/** Throws BAD_INPUT naming the member that does not fit. */
export function readMapping(value: unknown): Mapping {
  const parsed = Mapping.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail('BAD_INPUT', 'not a mapping', { field: ['mapping', ...(issue?.path ?? [])].map(String).join('.'), reason: issue?.message ?? 'is not as expected' });
  }
  checkMapping(parsed.data);
  return parsed.data;
}

/** What the shape alone cannot say. */
export function checkMapping(mapping: Mapping): void {
  const action = 'fixed' in mapping.action ? mapping.action.fixed : mapping.action.otherwise;
  if (prefixOf(action) !== 'app') fail('BAD_INPUT', 'imported entries are app.*', { field: 'mapping.action', reason: `"${action}" must begin with "app.": what is imported is never mistaken for what Varve or a declared namespace recorded` });
  if (typeof mapping.chain === 'object' && (mapping.chain.previous === 'member') !== (mapping.chain.member !== undefined)) fail('BAD_INPUT', 'chain member', { field: 'mapping.chain.member', reason: 'belongs to "previous": "member", and only there' });
}

/** The member that a JSON Pointer names; undefined when there is none. */
export function memberAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || at instanceof NumberText || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

const actionPattern = /^[a-z][a-z0-9._-]{0,94}$/;

/** The event's action; undefined when the line must have one and has not. Only what fits as it is goes into the header, which no erasure reaches. */
export function actionOf(line: unknown, { action }: Mapping, isClean: (text: string) => boolean): string | undefined {
  if ('fixed' in action) return action.fixed;
  const given = memberAt(line, action.field);
  if (typeof given !== 'string' || given === '') return action.required ? undefined : action.otherwise;
  if (!actionPattern.test(given) || !isClean(given)) return action.otherwise;
  return prefixOf(given) === 'app' ? given : `app.${given}`;
}

export function levelOf(line: unknown, { level }: Mapping): 'debug' | 'info' | 'notice' | 'warn' | 'error' {
  if ('fixed' in level) return level.fixed;
  const given = textOf(memberAt(line, level.field));
  return given !== undefined && Object.hasOwn(level.values, given) ? (level.values[given] as 'info') : level.otherwise;
}

/** 32 hex digits for a session that is an opaque id already. Anything else could be somebody's name and stays out of the header. */
export function traceOf(session: string | undefined): string | undefined {
  const hex = session?.toLowerCase().replaceAll('-', '');
  const isUuid = session !== undefined && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(session);
  return hex !== undefined && /^[0-9a-f]{32}$/.test(hex) && (isUuid || session?.length === 32) ? hex : undefined;
}

export function textOf(value: unknown): string | undefined {
  if (value instanceof NumberText) return value.digits;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
