// What explains other alerts (11.10): a repository that a job needs cannot be reached, or there is no network at all. Told only after an awake hour: a
// drive in a drawer is nothing new. Until then they already keep quiet what follows from them.
import type { Finding, Rule } from './finding.ts';

const patienceMs = 3_600_000;

export const unreachable: Rule = ({ repositories, jobs }) => {
  if (repositories === undefined) return 'unknown';
  const wanted = new Set(jobs.flatMap((job) => (job.paused || job.repository === null ? [] : [job.repository])));
  return repositories.map(({ name, path, state, network }): Finding => {
    const common = { code: 'unreachable' as const, labels: { rule: 'unreachable', repository: name, ...(network && { host: 'network' }) } };
    if (state === 'ready' || !wanted.has(name)) return { ...common, state: 'ok' };
    return { ...common, state: 'bad', severity: 'warning', forMs: patienceMs, facts: { code: 'unreachable', repository: name, path } };
  });
};

export const noNetwork: Rule = ({ online, jobs, repositories }) => {
  if (online === undefined || repositories === undefined) return 'unknown';
  const waiting = [...jobs.filter(({ network, paused }) => network && !paused).map(({ name }) => name), ...repositories.filter(({ network }) => network).map(({ name }) => name)];
  const common = { code: 'no_network' as const, labels: { rule: 'no_network', host: 'network' } };
  if (online || waiting.length === 0) return [{ ...common, state: 'ok' }];
  return [{ ...common, state: 'bad', severity: 'info', forMs: patienceMs, facts: { code: 'no_network', waiting: waiting.slice(0, 20) } }];
};
