// How long a pause of jobs lasts, where a person chooses by words: the same in the console and in the tray.

export const pauseSpans = ['hour', 'tomorrow', 'week'] as const;
export type PauseSpan = (typeof pauseSpans)[number];

/** When work begins again on the morning after. */
const morningHour = 8;

/** The end of a pause that begins now, by the clock of this computer. */
export function pauseEnd(span: PauseSpan, now: Date): Date {
  if (span === 'hour') return new Date(now.getTime() + 3_600_000);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + (span === 'tomorrow' ? 1 : 7), morningHour);
}
