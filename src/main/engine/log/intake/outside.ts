// What people and programs outside the engine append: only where they may, with keys and tokens masked before anything is hashed. What was
// masked is said by an event of its own right behind, in the same transaction, and to the caller; the text is nowhere.
import { Level as LevelShape, type AppendInput } from '../../../../contract/log.ts';
import type { CallContext } from '../../../../contract/index.ts';
import { VarveError, isVarveError } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { categoryRules, type Appended, type NewEvent } from '../model.ts';
import type { Namespaces } from '../namespaces.ts';
import type { Finding, Mask } from './mask/index.ts';
import { maskedEvents } from './masked.ts';

export type Caller = Pick<CallContext, 'actor' | 'scope'>;

export interface AppendedOutside extends Appended {
  /** Absent when nothing was found. */
  masked?: Finding[];
}

export interface Outside {
  /** All or none, in one transaction. */
  append(inputs: readonly AppendInput[], caller: Caller): AppendedOutside[];
}

export function createOutside({ append, transaction, check, namespaces, mask }: Pick<LogContext, 'append' | 'transaction' | 'check'> & { namespaces: Namespaces; mask: Mask }): Outside {
  function prepare(input: AppendInput, caller: Caller): { event: NewEvent; findings: Finding[] } {
    const category = input.category ?? 'app';
    if (Object.hasOwn(categoryRules, category) && !categoryRules[category].open) refuse('category', `"${category}" is kept for Varve's own events; use "app", "note", "decision", "experiment" or "ingest"`);
    namespaces.checkOutside(input.action, input.payload);
    const subject = input.subject === undefined ? undefined : mask.text(input.subject, { name: '', field: '/subject' });
    const actor = mask.text(actorFor(input.actor, caller), { name: '', field: '/actor' });
    const payload = mask.value(input.payload, '/payload');
    return {
      event: {
        ...input, category, level: LevelShape.parse(input.level ?? 'info'), actor: actor.text,
        ...(subject !== undefined && { subject: subject.text }), ...(input.payload !== undefined && { payload: payload.value })
      },
      findings: [...(subject?.findings ?? []), ...actor.findings, ...payload.findings]
    };
  }

  return {
    append(inputs, caller) {
      const prepared = inputs.map((input, i) => placed(inputs.length, i, () => prepare(input, caller)));
      const found = prepared.some(({ findings }) => findings.length > 0);
      const events = prepared.map(({ event }) => event);
      const appendAll = (): Appended[] => {
        try {
          return append(events);
        } catch (error) {
          if (events.length > 1 && isVarveError(error) && error.code === 'EVENT_REFUSED') events.forEach((event, i) => placed(events.length, i, () => check(event)));
          throw error;
        }
      };
      if (!found) return appendAll();
      return transaction(() => {
        const appended = appendAll();
        append(maskedEvents(appended.map(({ seq }, i) => ({ seq, findings: prepared[i]?.findings ?? [] }))));
        return appended.map((each, i) => ({ ...each, ...((prepared[i]?.findings.length ?? 0) > 0 && { masked: prepared[i]?.findings }) }));
      });
    }
  };
}

/** Of several events, a refusal names the one: `events/3/payload`. */
function placed<T>(count: number, i: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (count === 1 || !isVarveError(error) || error.code !== 'EVENT_REFUSED') throw error;
    const { field, reason } = error.data as { field: string; reason: string };
    throw new VarveError('EVENT_REFUSED', `event ${i}: ${error.message}`, { field: `events/${i}/${field}`, reason }, { cause: error });
  }
}

/** A program that may only append can say on whose behalf, but its own name stays visible: it cannot pass for the owner. */
function actorFor(claimed: string | undefined, caller: Caller): string {
  if (claimed === undefined || claimed === caller.actor) return caller.actor;
  return caller.scope === 'owner' ? claimed : `${claimed.slice(0, 90)} (by ${caller.actor.slice(0, 90)})`;
}

function refuse(field: string, reason: string): never {
  throw new VarveError('EVENT_REFUSED', `${field}: ${reason}`, { field, reason });
}
