// Every word of the console in Brazilian Portuguese. Each part is checked against the English keys: a missing one is a type error.
import { alerts } from './pt-br/alerts.ts';
import { anchors } from './pt-br/anchors.ts';
import { compare } from './pt-br/compare.ts';
import { earlier } from './pt-br/earlier.ts';
import { files } from './pt-br/files.ts';
import { goingBack } from './pt-br/going-back.ts';
import { inside } from './pt-br/inside.ts';
import { jobs } from './pt-br/jobs.ts';
import { keeping } from './pt-br/keeping.ts';
import { plans } from './pt-br/plans.ts';
import { record } from './pt-br/record.ts';
import { repositories } from './pt-br/repositories.ts';
import { review } from './pt-br/review.ts';
import { schedule } from './pt-br/schedule.ts';
import { packages } from './pt-br/packages.ts';
import { secrets } from './pt-br/secrets.ts';
import { shell } from './pt-br/shell.ts';
import { verdict } from './pt-br/verdict.ts';
import { welcome } from './pt-br/welcome.ts';

export const ptBR = {
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
