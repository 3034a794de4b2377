// Whether something happened in the record since its last package that a person would miss.
import type { EventLog } from '../log/index.ts';

/** What Varve writes by merely being opened, looked after and closed. */
const byItself: ReadonlySet<string> = new Set(['home.opened', 'home.closed', 'gateway.started', 'gateway.stopped', 'log.verified', 'package.made', 'package.failed', 'package.interrupted']);
const looked = 100;

/** `events`: how many the last package holds. */
export function hasNews(log: Pick<EventLog, 'entries' | 'list'>, events: number): boolean {
  const fresh = log.entries() - events;
  if (fresh <= 0) return fresh < 0;
  if (fresh > looked) return true;
  return log.list({ order: 'newest', limit: fresh }).entries.some(({ action }) => !byItself.has(action));
}
