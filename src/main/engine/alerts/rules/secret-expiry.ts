// 11.7: a secret expires: told at 30, 14, 7 and 1 days before and when it has, as one alert whose text changes.
import type { Rule } from './finding.ts';

const steps = [0, 1, 7, 14, 30];
const dayMs = 86_400_000;

export const secretExpiry: Rule = ({ secrets, nowMs }) =>
  secrets === undefined
    ? 'unknown'
    : secrets.map(({ name, expiresAt }) => {
        const common = { code: 'secret_expiry' as const, labels: { rule: 'secret_expiry', secret: name } };
        const leftMs = Date.parse(expiresAt) - nowMs;
        const step = steps.find((days) => leftMs <= days * dayMs);
        if (step === undefined) return { ...common, state: 'ok' };
        return { ...common, state: 'bad', severity: step <= 1 ? 'critical' : 'warning', step: String(step), facts: { code: 'secret_expiry', secret: name, expiresAt, daysLeft: Math.max(0, Math.ceil(leftMs / dayMs)), step } };
      });
