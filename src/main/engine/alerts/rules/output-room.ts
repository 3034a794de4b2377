// 9.9: what jobs printed in the last week takes more room than all of it may; it is never removed by itself, so it is said.
import type { Rule } from './finding.ts';

export const outputRoom: Rule = ({ output }) => {
  if (output === undefined) return 'unknown'; // nobody has looked since the start
  const common = { code: 'output_room' as const, labels: { rule: 'output_room' } };
  return [output.overBytes === 0 ? { ...common, state: 'ok' } : { ...common, state: 'bad', severity: 'warning', facts: { code: 'output_room', ...output } }];
};
