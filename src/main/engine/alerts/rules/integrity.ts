// 11.7: the record or a repository is damaged. Always critical.
import type { Finding, Rule } from './finding.ts';

export const integrityOfRecord: Rule = ({ record }) => {
  if (record === undefined) return 'unknown';
  const common = { code: 'integrity_record' as const, labels: { rule: 'integrity', what: 'record' } };
  const { verdict } = record;
  if (verdict === null) return [{ ...common, state: 'unknown' }];
  if (verdict.kind !== 'broken' && verdict.kind !== 'behind') return [{ ...common, state: 'ok' }];
  const entry = verdict.kind === 'broken' ? verdict.seq : null;
  return [{ ...common, state: 'bad', severity: 'critical', step: `${verdict.kind} ${entry ?? ''}`, facts: { code: 'integrity_record', verdict: verdict.kind, entry, entries: verdict.entries } }];
};

export const integrityOfRepositories: Rule = ({ repositories }) =>
  repositories === undefined
    ? 'unknown'
    : repositories.map(({ name, lastCheck }): Finding => {
        const common = { code: 'integrity_repository' as const, labels: { rule: 'integrity', repository: name } };
        if (lastCheck === null) return { ...common, state: 'unknown' };
        if (lastCheck.ok) return { ...common, state: 'ok' };
        return { ...common, state: 'bad', severity: 'critical', since: lastCheck.at, facts: { code: 'integrity_repository', repository: name, checkedAt: lastCheck.at, errors: lastCheck.errors } };
      });
