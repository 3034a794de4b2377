// Takes secrets out of what leaves the engine: a job's output, an error, an alert. No dependency on the rest of the engine, so the small
// process that holds a job's output can load it alone. See README.md for what is found and what is not.
import { createFinder, type Needle } from './finder.ts';
import { createMasking } from './masking.ts';
import { needlesOf } from './needles.ts';
import { createShapes } from './shapes.ts';
import { join } from './stage.ts';

export { isMaskable, shortestNeedle } from './needles.ts';

export interface NamedValue {
  name: string;
  value: string | Uint8Array;
}

export interface RedactionCounts {
  /** Hits by the secret's name; only those that had one. */
  secrets: Record<string, number>;
  /** Hits by shape. */
  shapes: Record<string, number>;
  total: number;
}

export interface Redactor {
  /** The next piece of the stream, cut anywhere. Gives all that is certain; the rest comes with later pieces or with `end`. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was kept back. The next `push` begins a new stream with the same secrets. */
  end(): Uint8Array;
  /** A whole text at once; does not touch the stream. */
  redactText(text: string): string;
  /** Of the stream and of every text so far. */
  counts(): RedactionCounts;
  /** Names of secrets too short to be masked. */
  readonly unmaskable: readonly string[];
}

/** `[secret:NAME]` for each occurrence of a secret in any of its forms, `[hidden:SHAPE]` for what only looks like one. */
export function createRedactor({ secrets }: { secrets: readonly NamedValue[] }): Redactor {
  const needles: Needle[] = [];
  const unmaskable: string[] = [];
  for (const [owner, { name, value }] of secrets.entries()) {
    const forms = needlesOf(value);
    if (forms.length === 0) unmaskable.push(name);
    for (const bytes of forms) needles.push({ bytes, owner });
  }
  const finder = createFinder(needles);
  const masks = secrets.map(({ name }) => new Uint8Array(Buffer.from(`[secret:${name}]`)));
  const hits = { secrets: new Map<string, number>(), shapes: new Map<string, number>() };
  const add = (to: Map<string, number>, key: string): void => void to.set(key, (to.get(key) ?? 0) + 1);

  const open = (): { push(chunk: Uint8Array): Uint8Array; end(): Uint8Array } => {
    const first = createMasking({ finder, masks, count: (owner) => add(hits.secrets, (secrets[owner] as NamedValue).name) });
    const second = createShapes((shape) => add(hits.shapes, shape));
    return {
      push: (chunk) => second.push(first.push(chunk)),
      end: () => join([second.push(first.end()), second.end()])
    };
  };
  let stream = open();
  return {
    push: (chunk) => stream.push(chunk),
    end() {
      const rest = stream.end();
      stream = open();
      return rest;
    },
    redactText(text) {
      const bytes = Buffer.from(text);
      const whole = open();
      return Buffer.from(join([whole.push(bytes), whole.end()])).toString();
    },
    counts() {
      const total = [...hits.secrets.values(), ...hits.shapes.values()].reduce((sum, count) => sum + count, 0);
      return { secrets: Object.fromEntries(hits.secrets), shapes: Object.fromEntries(hits.shapes), total };
    },
    unmaskable
  };
}
