// Time zones through Intl alone. Asking Intl for an offset takes microseconds, so each zone keeps what it found: its changes, by blocks of days.

/** A moment at which the clocks of a zone change. All in milliseconds; `before` and `after` are the distances from UTC on both sides. */
export interface Change {
  atMs: number;
  before: number;
  after: number;
}

const dayMs = 86_400_000;
// No zone has changed its clocks twice within less than seven days since 1970: what is looked at every two days misses nothing.
const stepMs = 2 * dayMs;
const blockMs = 64 * dayMs;
const maxBlocks = 4096;
/** Clocks have never changed by more than a day, and no zone is further than 16 hours from UTC: what a wall time means is decided within this. */
export const nearMs = 26 * 3_600_000;

interface Block {
  offset: number;
  changes: readonly Change[];
}

/** Distances from UTC in one zone. Pure: what it answers does not depend on the zone of this computer. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #blocks = new Map<number, Block>();

  /** Throws RangeError for a name that Intl does not know. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', year: 'numeric' });
  }

  /** Local time minus UTC at this moment, in milliseconds. */
  offsetAt(atMs: number): number {
    const { offset, changes } = this.#block(Math.floor(atMs / blockMs));
    let found = offset;
    for (const change of changes) if (change.atMs <= atMs) found = change.after;
    return found;
  }

  /** The changes after `fromMs`, up to and including `toMs`, oldest first. */
  changesIn(fromMs: number, toMs: number): Change[] {
    const found: Change[] = [];
    for (let block = Math.floor(fromMs / blockMs); block * blockMs <= toMs; block++) {
      for (const change of this.#block(block).changes) if (change.atMs > fromMs && change.atMs <= toMs) found.push(change);
    }
    return found;
  }

  /** The moment at which the clock on the wall shows this (milliseconds as if it were UTC): the first or last of two, and the change itself for what is never shown. */
  utcOf(wallMs: number, copy: 'first' | 'last'): number {
    let offset = this.offsetAt(wallMs - nearMs);
    for (const change of this.changesIn(wallMs - nearMs, wallMs + nearMs)) {
      const [before, after] = [change.atMs + change.before, change.atMs + change.after];
      if (wallMs < before && (copy === 'first' || wallMs < after)) break;
      if (wallMs < after) return change.atMs;
      offset = change.after;
    }
    return wallMs - offset;
  }

  #block(number: number): Block {
    const known = this.#blocks.get(number);
    if (known) return known;
    if (this.#blocks.size >= maxBlocks) this.#blocks.clear();
    const block = this.#look(number * blockMs);
    this.#blocks.set(number, block);
    return block;
  }

  /** A change belongs to the block that begins before it; one at the very end of a block belongs to that block. */
  #look(startMs: number): Block {
    const offset = this.#ask(startMs);
    const changes: Change[] = [];
    let before = offset;
    for (let at = startMs; at < startMs + blockMs; at += stepMs) {
      const after = this.#ask(at + stepMs);
      if (after !== before) changes.push({ atMs: this.#find(at, at + stepMs, before), before, after });
      before = after;
    }
    return { offset, changes };
  }

  /** The first second in (fromMs, toMs] at which the offset is no longer `before`. */
  #find(fromMs: number, toMs: number, before: number): number {
    let [low, high] = [fromMs / 1000, toMs / 1000];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle * 1000) === before) low = middle;
      else high = middle;
    }
    return high * 1000;
  }

  #ask(atMs: number): number {
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(atMs)) ?? [];
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -size : size;
  }
}

const zones = new Map<string, Zone>();

/** Why a name is not the zone of a schedule: `fixed` for an offset or an abbreviation, which knows no changes of the clocks. Undefined: it can be used. */
export function zoneProblem(name: string): 'unknown' | 'fixed' | undefined {
  if (/^[+-]\d|^(?:Etc\/)?(?:GMT|UTC)[+-]?\d/i.test(name)) return 'fixed';
  if (name !== 'UTC' && !/^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+)+$/.test(name)) return isKnown(name) ? 'fixed' : 'unknown';
  return isKnown(name) ? undefined : 'unknown';
}

function isKnown(name: string): boolean {
  if (zones.has(name)) return true;
  try {
    zones.set(name, new Zone(name));
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The zone with this name, made once. Throws RangeError for a name that Intl does not know. */
export function zoneNamed(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const zone = new Zone(name);
  zones.set(name, zone);
  return zone;
}
