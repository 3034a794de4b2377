/** An instant as it is shown and recorded: UTC with milliseconds. `ms`: since 1970. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoOf(ms);
}
