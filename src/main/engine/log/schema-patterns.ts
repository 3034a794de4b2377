// Regular expressions in a JSON Schema. Some take years on a short text ("(a+)+$"), and they would run for every event, on the thread that
// answers everybody, so a schema with one is not taken. Only where a schema can stand: a property called "pattern" is a name like any other.

const schemaKeywords: ReadonlySet<string> = new Set([
  'items', 'prefixItems', 'additionalItems', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', 'unevaluatedItems', 'unevaluatedProperties', 'contentSchema'
]);
/** Their members are names, each with a schema. */
const mapKeywords: ReadonlySet<string> = new Set(['properties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']);

/** Where the first one stands, as a JSON pointer to its schema; undefined when there is none. */
export function findPattern(schema: unknown, pointer = '#'): { keyword: 'pattern' | 'patternProperties'; pointer: string } | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if (Array.isArray(schema)) return firstOf(Object.entries(schema), pointer);
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'pattern' || key === 'patternProperties') return { keyword: key, pointer };
    const inside = schemaKeywords.has(key) ? findPattern(value, `${pointer}/${key}`) : mapKeywords.has(key) && typeof value === 'object' && value !== null ? firstOf(Object.entries(value as object), `${pointer}/${key}`) : undefined;
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function firstOf(entries: readonly [string, unknown][], pointer: string): ReturnType<typeof findPattern> {
  for (const [key, value] of entries) {
    const inside = findPattern(value, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
