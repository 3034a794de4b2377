// The jobs a new plan gets: proposals that a person can change before they are made.
import { JobDefinition } from '../../../../contract/jobs.ts';

export interface PlanFacts {
  id: string;
  name: string;
  title: string;
  zone: string;
  repository: string;
  /** It says what old snapshots are forgotten. */
  hasRetention: boolean;
}

/** Minutes of an hour from a name, so that many plans do not begin in the same minute, and the same plan always at the same. */
function minuteOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.charCodeAt(0)) % 60;
  return sum;
}

/** A snapshot each day, a check of a share and a package of the record each week, a drill each month, and tidying where the plan says what may go. */
export function defaultsFor({ name, zone, repository, hasRetention }: PlanFacts): JobDefinition[] {
  const minute = minuteOf(name);
  const at = (expression: string): { kind: 'cron'; expression: string; zone: string; dayMatch: 'or' } => ({ kind: 'cron', expression, zone, dayMatch: 'or' });
  const make = (suffix: string, rest: object, of = name): JobDefinition => JobDefinition.parse({ name: `${of.slice(0, 62 - suffix.length)}-${suffix}`, idempotent: true, ...rest });
  return [
    make('daily', { work: { kind: 'snapshot', plan: name }, schedule: at(`${minute} 12 * * *`) }),
    ...(hasRetention ? [make('tidy', { work: { kind: 'forget', plan: name, prune: true }, schedule: at(`${minute} 14 * * SUN`) })] : []),
    // Of the repository, whichever of its plans proposes it.
    make('check', { work: { kind: 'check', repository, read: 'share', withinDays: 84 }, schedule: at(`${minuteOf(repository)} 13 * * SUN`) }, repository),
    // Of the home, whichever of its plans proposes it.
    make('package', { work: { kind: 'package', plan: null }, schedule: at(`${minuteOf('record')} 16 * * SUN`) }, 'record'),
    make('drill', { work: { kind: 'drill', plan: name, share: 0.05 }, schedule: at(`${minute} 15 1 * *`) })
  ];
}
