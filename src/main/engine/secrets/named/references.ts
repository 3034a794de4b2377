// `secret:NAME`: how a definition points at a secret without holding it. Pure.

const prefix = 'secret:';
const form = /^secret:([a-z0-9][a-z0-9._-]{0,62})$/;

export function formatReference(name: string): string {
  return `${prefix}${name}`;
}

/** The name; undefined for any other text. */
export function parseReference(text: string): string | undefined {
  return form.exec(text)?.[1];
}

/** Names of all secrets that a definition refers to, each once, in order. A text is a reference as a whole or not at all. */
export function findReferences(value: unknown): string[] {
  const names = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each === 'string') {
      const name = parseReference(each);
      if (name !== undefined) names.add(name);
    } else if (typeof each === 'object' && each !== null) for (const inner of Object.values(each)) look(inner);
  };
  look(value);
  return [...names];
}
