// Contract procedures of outside anchors -> the log, and the parts that need more than it: the wire, repositories, the printed sheet.
import type { EngineApi } from '../../../../contract/index.ts';
import type { Anchor, AnchorOutcome } from '../../../../contract/anchors.ts';
import { fail, isVarveError } from '../../kit/errors.ts';
import type { Clock, Net } from '../../ports.ts';
import type { EventLog } from '../index.ts';
import { sendToWitness } from './exchange.ts';
import { checkpointSheet } from './sheet.ts';

/** A checkpoint found in a snapshot. */
export interface CarriedCheckpoint {
  snapshot: string;
  time: string;
  note: string;
  vkey: string | null;
}

export interface AnchorsApiDeps {
  log: () => EventLog;
  net: Net;
  clock: Pick<Clock, 'now' | 'zone'>;
  /** Those of this origin, newest first, each once; `outside`: the repository does not lie on the home's own drive. */
  carried(repository: string, origin: string, limit: number, signal: AbortSignal | undefined): Promise<{ repository: { id: string; name: string }; outside: boolean; looked: number; found: CarriedCheckpoint[] }>;
}

/** So many different checkpoints are compared. Not only the newest: after a roll-back the newest snapshot carries the other history's. */
const checkpointsToCompare = 50;

/** undefined for what is no checkpoint of this log after all: a damaged one must not hide the next. */
function outcomeOf(anchors: EventLog['anchors'], note: string): AnchorOutcome | undefined {
  try {
    return anchors.compare(note);
  } catch (error) {
    if (isVarveError(error) && error.code === 'BAD_INPUT') return undefined;
    throw error;
  }
}

export function createAnchorsApi({ log, net, clock, carried }: AnchorsApiDeps): EngineApi['anchors'] {
  const anchors = (): EventLog['anchors'] => log().anchors;
  return {
    status: () => anchors().status(),
    list: (input) => anchors().list(input),
    hold: ({ text, kind, label }, { actor }) => anchors().hold({ text, kind, source: { label } }, actor),
    async sheet({ language }, { actor }) {
      const record = log();
      const checkpoint = await record.checkpoints.signNow();
      const vkey = record.checkpoints.signingKeys().find(({ current }) => current)?.vkey ?? fail('SECRET_MISSING', 'the public signing key is not known', { name: 'log-signing' });
      const html = checkpointSheet({ language, origin: record.origin, checkpoint, vkey, madeAtMs: clock.now(), zone: clock.zone() });
      const anchor = record.anchors.hold({ text: checkpoint.note, kind: 'printed' }, actor);
      return { html, fileName: `varve-checkpoint-${checkpoint.size}.html`, anchor };
    },
    async fromRepository({ repository }, { actor, signal }) {
      const { repository: row, outside, looked, found } = await carried(repository, log().origin, checkpointsToCompare, signal);
      const compared = found.flatMap((each) => {
        const outcome = outcomeOf(anchors(), each.note);
        return outcome === undefined ? [] : [{ ...each, outcome }];
      });
      // Of those that fit the newest says it all; of those that do not, the newest and the oldest show from when to when.
      const refused = compared.filter(({ outcome }) => outcome !== 'fits');
      const telling = [compared.find(({ outcome }) => outcome === 'fits'), refused[0], refused.length > 1 ? refused.at(-1) : undefined];
      const held = compared.filter((each) => telling.includes(each)).map(({ snapshot, note }): Anchor => anchors().hold({ text: note, kind: 'snapshot', outside, source: { repository: row.name, repositoryId: row.id, snapshot } }, actor));
      return { looked, anchors: held };
    },
    inRepository: async ({ repository, limit }, { signal }) => (await carried(repository, log().origin, limit, signal)).found,
    witnesses: {
      list: () => anchors().witnesses(),
      add: ({ vkey, url }, { actor }) => anchors().addWitness(vkey, url, actor),
      remove: ({ witness }, { actor }) => ({ removed: anchors().removeWitness(witness, actor) }),
      async request({ witness, old }) {
        const made = await anchors().request(witness, old);
        return { ...made, fileName: `varve-${made.size}.request` };
      },
      accept: ({ text, witness }, { actor }) => anchors().accept(text, witness, actor),
      send: ({ witness, url }, { actor, signal }) => sendToWitness({ anchors: anchors(), net, origin: log().origin, actor, signal }, witness, url)
    }
  };
}
