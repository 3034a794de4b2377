// `.gitignore` files as git reads them: one pattern a line, `!` takes back, a `/` in front or in the middle ties the pattern to the file's own
// folder, `**` stands for folders, the last match counts and files further in come first. Works on bytes, because git's `?` and `[...]` do: names and
// patterns are strings with one character per byte. A pattern is a chain of steps that is followed for all its possible places at once, so that no
// pattern, however odd, takes longer than its length times that of the name. Pure.

type Step =
  | { kind: 'byte'; byte: number }
  | { kind: 'set'; set: Uint8Array }
  /** Any bytes but `/`. */
  | { kind: 'name' }
  /** Any bytes; before `/` it may also stand for nothing together with that. */
  | { kind: 'deep'; skips: boolean };

export interface GitRule {
  negated: boolean;
  foldersOnly: boolean;
  /** Compared with the last name only, else with the path from the file's folder. */
  nameOnly: boolean;
  steps: readonly Step[];
}

const slash = 0x2f;
const backslash = 0x5c;

/** The rules of a file, in its order. What git takes for nothing is left out. */
export function parseGitignore(bytes: Uint8Array): GitRule[] {
  let text = Buffer.from(bytes).toString('latin1');
  if (text.startsWith('\u00ef\u00bb\u00bf')) text = text.slice(3);
  const rules: GitRule[] = [];
  for (const raw of text.split('\n')) {
    if (raw.startsWith('#')) continue;
    const rule = parseRule(withoutTrailingSpaces(raw.endsWith('\r') ? raw.slice(0, -1) : raw));
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/** What the rules say of an entry: left out, taken back, or nothing. `path` from the file's folder, in bytes. */
export function askGitignore(rules: readonly GitRule[], path: string, isFolder: boolean): 'out' | 'in' | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i] as GitRule;
    if (rule.foldersOnly && !isFolder) continue;
    if (follow(rule.steps, rule.nameOnly ? name : path)) return rule.negated ? 'in' : 'out';
  }
  return undefined;
}

/** A space that a backslash stands before stays. */
function withoutTrailingSpaces(line: string): string {
  let end = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') i += 1;
    else if (line[i] === ' ') continue;
    end = Math.min(i + 1, line.length);
  }
  return line.slice(0, end);
}

function parseRule(line: string): GitRule | undefined {
  const negated = line.startsWith('!');
  let pattern = negated ? line.slice(1) : line;
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const nameOnly = !pattern.includes('/');
  if (!nameOnly && pattern.startsWith('/')) pattern = pattern.slice(1);
  if (pattern === '') return undefined;
  const steps = parseSteps(pattern, !nameOnly);
  return steps && { negated, foldersOnly, nameOnly, steps };
}

/** undefined for what can never match. */
function parseSteps(pattern: string, isPath: boolean): Step[] | undefined {
  const steps: Step[] = [];
  // git compares what comes before the first special character by itself, and takes what follows for a beginning.
  const literal = /^[^*?[\\]*/.exec(pattern)?.[0].length ?? 0;
  for (let i = 0; i < pattern.length; i++) {
    const byte = pattern.charCodeAt(i);
    if (byte === backslash) {
      i += 1;
      if (i === pattern.length) return undefined;
      steps.push({ kind: 'byte', byte: pattern.charCodeAt(i) });
    } else if (pattern[i] === '?') steps.push({ kind: 'set', set: allBut(slash) });
    else if (pattern[i] === '[') {
      const found = parseSet(pattern, i);
      if (found === undefined) return undefined;
      steps.push({ kind: 'set', set: found.set });
      i = found.end;
    } else if (pattern[i] === '*') {
      const first = i;
      while (pattern[i + 1] === '*') i += 1;
      const next = pattern.slice(i + 1);
      const between = (first === literal || pattern[first - 1] === '/') && (next === '' || next.startsWith('/') || next.startsWith('\\/'));
      steps.push(i > first && isPath && between ? { kind: 'deep', skips: next.startsWith('/') } : { kind: 'name' });
    } else steps.push({ kind: 'byte', byte });
  }
  return steps;
}

function allBut(byte: number): Uint8Array {
  const set = new Uint8Array(256).fill(1);
  set[byte] = 0;
  return set;
}

const classes: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/, alpha: /[A-Za-z]/, blank: /[ \t]/, cntrl: /[\0-\x1f\x7f]/, digit: /[0-9]/, graph: /[!-~]/, lower: /[a-z]/, print: /[ -~]/, punct: /[!-/:-@[-`{-~]/, space: /[ \t\n\v\f\r]/, upper: /[A-Z]/, xdigit: /[0-9A-Fa-f]/
};

/** `[...]` from `start` on; `end` is the place of its `]`. */
function parseSet(pattern: string, start: number): { set: Uint8Array; end: number } | undefined {
  let i = start + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i += 1;
  const set = new Uint8Array(256);
  let previous: number | undefined;
  for (let first = true; first || pattern[i] !== ']'; first = false, i++) {
    if (i >= pattern.length) return undefined;
    const until = pattern[i] === '[' && pattern[i + 1] === ':' ? pattern.indexOf(']', i + 2) : 0;
    if (until < 0) return undefined;
    if (pattern[i] === '-' && previous !== undefined && i + 1 < pattern.length && pattern[i + 1] !== ']') {
      i += 1;
      if (pattern[i] === '\\') i += 1;
      if (i >= pattern.length) return undefined;
      for (let byte = previous; byte <= pattern.charCodeAt(i); byte++) set[byte] = 1;
      previous = undefined;
    } else if (until > i + 2 && pattern[until - 1] === ':') {
      const members = classes[pattern.slice(i + 2, until - 1)];
      if (members === undefined) return undefined;
      for (let byte = 0; byte < 128; byte++) if (members.test(String.fromCharCode(byte))) set[byte] = 1;
      i = until;
      previous = undefined;
    } else {
      if (pattern[i] === '\\') i += 1;
      if (i >= pattern.length) return undefined;
      previous = pattern.charCodeAt(i);
      set[previous] = 1;
    }
  }
  if (negated) for (let byte = 0; byte < 256; byte++) set[byte] = set[byte] === 1 ? 0 : 1;
  set[slash] = 0;
  return { set, end: i };
}

/** True when the steps lead from the beginning of the text to its end. */
function follow(steps: readonly Step[], text: string): boolean {
  let here = new Uint8Array(steps.length + 1);
  let next = new Uint8Array(steps.length + 1);
  reach(steps, here, 0);
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    let any = false;
    next.fill(0);
    for (let at = 0; at < steps.length; at++) {
      if (here[at] === 0) continue;
      const step = steps[at] as Step;
      const to = step.kind === 'byte' ? (step.byte === byte ? at + 1 : -1) : step.kind === 'set' ? (step.set[byte] === 1 ? at + 1 : -1) : step.kind === 'name' && byte === slash ? -1 : at;
      if (to < 0) continue;
      // A place in the middle of `**` does not allow to skip the `/` behind it any more: only its beginning does.
      if (to === at && step.kind === 'deep') {
        next[at] = 1;
        reach(steps, next, at + 1);
      } else reach(steps, next, to);
      any = true;
    }
    if (!any) return false;
    [here, next] = [next, here];
  }
  return here[steps.length] === 1;
}

/** Marks a place, and those that follow it without a byte. */
function reach(steps: readonly Step[], places: Uint8Array, at: number): void {
  if (places[at] === 1) return;
  places[at] = 1;
  const step = steps[at];
  if (step?.kind === 'name') reach(steps, places, at + 1);
  else if (step?.kind === 'deep') {
    reach(steps, places, at + 1);
    if (step.skips) reach(steps, places, at + 2);
  }
}
