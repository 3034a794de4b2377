import { describe, expect, it } from 'vitest';
import type { TaskProgress } from '../../../contract/events.ts';
import { Pace } from './pace.ts';

const at = (bytesDone: number, bytesTotal: number | null, phase: TaskProgress['phase'] = 'reading'): TaskProgress => ({ phase, filesDone: 0, filesTotal: null, bytesDone, bytesTotal, current: null, errors: 0 });

describe('rate and time left', () => {
  it('says nothing in the first half second', () => {
    const pace = new Pace();
    pace.note(0, at(0, 100));
    pace.note(100, at(50, 100));
    expect(pace.read(100)).toEqual({ bytesPerSecond: null, secondsLeft: null });
  });

  it('settles at the steady rate', () => {
    const pace = new Pace();
    let last = pace.read(0);
    for (let ms = 0; ms <= 10_000; ms += 100) {
      pace.note(ms, at(ms * 10, 1_000_000));
      last = pace.read(ms);
    }
    expect(last.bytesPerSecond).toBeCloseTo(10_000, -2);
    expect(last.secondsLeft).toBeCloseTo(90, 0);
  });

  it('falls to zero when nothing moves any more', () => {
    const pace = new Pace();
    for (let ms = 0; ms <= 2_000; ms += 100) pace.note(ms, at(ms * 10, 1_000_000));
    for (let ms = 2_100; ms <= 12_000; ms += 100) pace.note(ms, at(20_000, 1_000_000));
    expect(pace.read(12_000)).toEqual({ bytesPerSecond: 0, secondsLeft: null });
  });

  it('starts anew with a new phase instead of counting its bytes as a jump', () => {
    const pace = new Pace();
    for (let ms = 0; ms <= 3_000; ms += 100) pace.note(ms, at(ms * 1_000, 3_000_000, 'restoring'));
    pace.note(3_100, at(0, 3_000_000, 'verifying'));
    expect(pace.read(3_200)).toEqual({ bytesPerSecond: null, secondsLeft: null });
  });

  it('never gives a negative time', () => {
    const pace = new Pace();
    pace.note(0, at(0, 100));
    pace.note(1_000, at(500, 100));
    expect(pace.read(1_000).secondsLeft).toBe(0);
  });
});

describe('the time left', () => {
  const mib = 1024 * 1024;
  /** A generator of numbers from 0 to 1. */
  const chances = (seed: number): (() => number) => () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

  interface File {
    bytes: number;
    unchanged?: boolean;
  }

  /** Works the files off by a simulated clock, 2 ms each and 100 MiB/s for what is read, and collects what is said against what is true. */
  const simulate = (files: readonly File[], { noise = 0, seed = 1 } = {}): { share: number; said: number | null; truth: number }[] => {
    const chance = chances(seed);
    const cost = files.map(({ bytes, unchanged }) => (2 + (unchanged ? 0 : (bytes / (100 * mib)) * 1000)) * (1 + noise * (2 * chance() - 1)));
    const total = cost.reduce((sum, ms) => sum + ms, 0);
    const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const pace = new Pace();
    const said: { share: number; said: number | null; truth: number }[] = [];
    const done = { files: 0, bytes: 0, unchanged: 0 };
    let shownAt = 0;
    let now = 0;
    for (const [i, file] of files.entries()) {
      // A large file's bytes are counted while it is read.
      const steps = Math.max(1, Math.ceil((cost[i] as number) / 100));
      for (let step = 1; step <= steps; step++) {
        now += (cost[i] as number) / steps;
        done.bytes += file.bytes / steps;
        if (file.unchanged) done.unchanged += file.bytes / steps;
        if (step === steps) done.files += 1;
        if (now - shownAt < 100) continue;
        shownAt = now;
        pace.note(now, { ...at(Math.round(done.bytes), bytesTotal, 'writing'), filesDone: done.files, filesTotal: files.length, bytesUnchanged: Math.round(done.unchanged) });
        said.push({ share: now / total, said: pace.read(now).secondsLeft, truth: (total - now) / 1000 });
      }
    }
    return said;
  };

  const many = (count: number, make: (chance: () => number, i: number) => File): File[] => {
    const chance = chances(count);
    return Array.from({ length: count }, (_, i) => make(chance, i));
  };

  it.each<[string, () => File[]]>([
    ['files of one size', () => many(30_000, () => ({ bytes: 300_000 }))],
    ['many small and few large files', () => many(20_000, (chance) => ({ bytes: chance() < 0.01 ? chance() * 80 * mib : chance() * 40_000 }))],
    ['folders of small files, folders of large ones', () => many(12_000, (chance, i) => ({ bytes: Math.floor(i / 700) % 3 === 1 ? chance() * 4 * mib : 5_000 }))],
    ['empty files', () => many(40_000, () => ({ bytes: 0 }))],
    ['mostly unchanged files', () => many(60_000, (chance) => ({ bytes: chance() * 2 * mib, unchanged: chance() < 0.95 }))]
  ])('is less than three tenths from the truth once a quarter is done: %s', (_what, make) => {
    const files = make();
    for (const noise of [0, 0.5]) {
      const later = simulate(files, { noise }).filter(({ share, truth }) => share >= 0.25 && truth > 3);
      expect(later.length).toBeGreaterThan(100);
      for (const { share, said, truth } of later) expect(Math.abs((said ?? Number.NaN) / truth - 1), `${Math.round(share * 100)} %: said ${said}, true ${truth}`).toBeLessThan(0.3);
    }
  });
});
