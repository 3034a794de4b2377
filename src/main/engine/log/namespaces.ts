// Who may record what. Varve's own actions only from inside; `app.*` is open; a person declares further namespaces, optionally with a JSON
// Schema that every payload must meet.
import * as z from 'zod';
import { VarveError } from '../kit/errors.ts';
import type { Database } from '../store/index.ts';
import { builtInActions, openPrefix, prefixOf, reservedPrefixes } from './actions.ts';
import { canonicalPayload } from './payload.ts';
import { findPattern } from './schema-patterns.ts';

export interface NamespaceRow {
  prefix: string;
  builtIn: boolean;
  open: boolean;
  schema: unknown;
}

const maxSchemaBytes = 64 * 1024;
export const prefixPattern = /^[a-z][a-z0-9-]{1,30}$/;

export interface Namespaces {
  list(): NamespaceRow[];
  /** Throws EVENT_REFUSED when nobody outside may record this action, or when the payload does not meet the namespace's schema. */
  checkOutside(action: string, payload: unknown): void;
  /** The canonical schema to keep, after trying it; throws BAD_INPUT. */
  checkDeclaration(prefix: string, schema: unknown): string | null;
  keep(prefix: string, schema: string | null, event: number): void;
}

export function createNamespaces({ db }: { db: Database }): Namespaces {
  // Compiled once per schema text; another process may declare anew at any time, so the row is read for each event.
  const compiled = new Map<string, z.ZodType>();

  const declared = (prefix: string): { schema: string | null } | undefined => db.prepare('SELECT schema FROM namespaces WHERE prefix = ?').get<{ schema: string | null }>(prefix);

  function compile(schema: string): z.ZodType {
    const known = compiled.get(schema);
    if (known) return known;
    const parsed = JSON.parse(schema) as z.core.JSONSchema.JSONSchema;
    refusePatterns(parsed);
    const type = z.fromJSONSchema(parsed);
    compiled.set(schema, type);
    return type;
  }

  /** A schema kept by another version may hold what this one does not take. */
  function compileKept(prefix: string, schema: string): z.ZodType {
    try {
      return compile(schema);
    } catch (error) {
      return refuse('action', `the schema of "${prefix}" cannot be used; declare "${prefix}" again: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return {
    list() {
      const own = [...new Set(Object.keys(builtInActions).map(prefixOf))].sort().map((prefix) => ({ prefix, builtIn: true, open: false, schema: null }));
      const rows = db.prepare('SELECT prefix, schema FROM namespaces ORDER BY prefix').all<{ prefix: string; schema: string | null }>();
      return [
        { prefix: openPrefix, builtIn: true, open: true, schema: null },
        ...rows.map((row) => ({ prefix: row.prefix, builtIn: false, open: true, schema: row.schema === null ? null : (JSON.parse(row.schema) as unknown) })),
        ...own
      ];
    },
    checkOutside(action, payload) {
      const prefix = prefixOf(action);
      if (prefix === openPrefix) return;
      if (reservedPrefixes.has(prefix)) refuse('action', `"${prefix}." is kept for Varve's own events; use "app.${action}", or declare a namespace of your own`);
      const row = declared(prefix);
      if (row === undefined) refuse('action', `the namespace "${prefix}" is not declared; use "app.${action}", or declare "${prefix}" first`);
      if (row.schema === null) return;
      const result = compileKept(prefix, row.schema).safeParse(payload ?? null);
      if (!result.success) {
        const issue = result.error.issues[0];
        refuse(['payload', ...(issue?.path ?? [])].join('/'), `does not meet the schema of "${prefix}": ${issue?.message ?? 'it is not as expected'}`);
      }
    },
    checkDeclaration(prefix, schema) {
      if (!prefixPattern.test(prefix)) badInput('prefix', 'must be 2 to 31 lower-case letters, digits and "-", starting with a letter');
      if (prefix === openPrefix || reservedPrefixes.has(prefix)) badInput('prefix', `"${prefix}" is kept for Varve itself; choose another word`);
      if (schema === undefined || schema === null) return null;
      if (typeof schema !== 'object' || Array.isArray(schema)) badInput('schema', 'must be a JSON Schema object');
      let text: string;
      try {
        text = canonicalPayload(schema).text;
        if (text.length > maxSchemaBytes) badInput('schema', `is larger than ${maxSchemaBytes} bytes`);
        // A word that is not JSON Schema would be skipped in silence and the rule with it; a broken one throws.
        compile(text).safeParse(null);
      } catch (error) {
        if (error instanceof VarveError && error.code === 'BAD_INPUT') throw error;
        return badInput('schema', `is not a JSON Schema that can be used: ${error instanceof Error ? error.message : String(error)}`);
      }
      return text;
    },
    keep(prefix, schema, event) {
      db.prepare('INSERT INTO namespaces (prefix, schema, event) VALUES (?, ?, ?) ON CONFLICT (prefix) DO UPDATE SET schema = excluded.schema, event = excluded.event').run(prefix, schema, event);
    }
  };
}

function refusePatterns(schema: unknown): void {
  const found = findPattern(schema);
  if (found !== undefined) badInput('schema', `"${found.keyword}" at ${found.pointer} cannot be used: a regular expression can take longer than anybody waits; use "enum", "format", "minLength" and "maxLength" instead`);
}

function refuse(field: string, reason: string): never {
  throw new VarveError('EVENT_REFUSED', `${field}: ${reason}`, { field, reason });
}

function badInput(field: string, reason: string): never {
  throw new VarveError('BAD_INPUT', `${field}: ${reason}`, { field, reason });
}
