// Every word of the console in English. Keys are `area.thing`; plural forms carry `_one` and `_other` (Portuguese also `_many`).
import { alerts } from './en/alerts.ts';
import { anchors } from './en/anchors.ts';
import { compare } from './en/compare.ts';
import { earlier } from './en/earlier.ts';
import { files } from './en/files.ts';
import { goingBack } from './en/going-back.ts';
import { inside } from './en/inside.ts';
import { jobs } from './en/jobs.ts';
import { keeping } from './en/keeping.ts';
import { plans } from './en/plans.ts';
import { record } from './en/record.ts';
import { repositories } from './en/repositories.ts';
import { review } from './en/review.ts';
import { schedule } from './en/schedule.ts';
import { packages } from './en/packages.ts';
import { secrets } from './en/secrets.ts';
import { shell } from './en/shell.ts';
import { verdict } from './en/verdict.ts';
import { welcome } from './en/welcome.ts';

export const en = {
  ...alerts,
  ...anchors,
  ...compare,
  ...earlier,
  ...files,
  ...goingBack,
  ...inside,
  ...jobs,
  ...keeping,
  ...plans,
  ...record,
  ...repositories,
  ...review,
  ...schedule,
  ...packages,
  ...secrets,
  ...shell,
  ...verdict,
  ...welcome
} as const;
