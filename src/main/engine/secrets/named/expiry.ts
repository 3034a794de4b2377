// When a secret expires, in the steps at which somebody should be told. Pure.

const dayMs = 86_400_000;
/** Days before the end at which an alert changes its text. */
const steps = [1, 7, 14, 30] as const;

/** 0: it has expired. */
export type ExpiryStep = 0 | (typeof steps)[number];

/** The step it stands at; undefined while more than 30 days are left, or for ever. */
export function expiryStep(expiresAt: string | null, nowMs: number): ExpiryStep | undefined {
  if (expiresAt === null) return undefined;
  const leftMs = Date.parse(expiresAt) - nowMs;
  if (leftMs <= 0) return 0;
  return steps.find((days) => leftMs <= days * dayMs);
}

export function expiryState(expiresAt: string | null, nowMs: number): 'none' | 'later' | 'soon' | 'expired' {
  if (expiresAt === null) return 'none';
  const step = expiryStep(expiresAt, nowMs);
  return step === undefined ? 'later' : step === 0 ? 'expired' : 'soon';
}
