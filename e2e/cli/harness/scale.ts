// How much of a campaign runs: a seeded sample in `npm test`, all of it in `npm run test:long` (VARVE_LONG=1). VARVE_SEED repeats a run.
export const long = process.env['VARVE_LONG'] === '1';
export const seed = process.env['VARVE_SEED'] ?? '2026-11-21';
export const isRoot = process.getuid?.() === 0;

/** `sample` in the normal run, `full` in the long one. */
export function scaled(sample: number, full: number): number {
  return long ? full : sample;
}

/** When (Date.now) a campaign that is bounded by time begins nothing more; VARVE_CAMPAIGN_MINUTES gives all of them another bound. */
export function timeIsUp(minutes: number): number {
  return Date.now() + Number(process.env['VARVE_CAMPAIGN_MINUTES'] ?? minutes) * 60_000;
}
