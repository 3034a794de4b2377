// A verdict in sentences, for terminals and reports: what was checked against what, what happened, what can still be relied on. Data in it (sources,
// details) is made visible text.
import type { Language } from '../ids.ts';
import type { CheckedAnchor, Verdict } from '../verify.ts';
import { say, type MessageKey } from './catalogue.ts';
import type { Params } from './format.ts';
import { describeReason } from './reasons.ts';
import { visibleText } from './text.ts';

export function verdictLines(language: Language, verdict: Verdict): string[] {
  const t = (key: MessageKey, params?: Params): string => say(language, key, params);
  switch (verdict.kind) {
    case 'anchored':
    case 'consistent':
      return [...headline(t, verdict), ...basis(t, verdict)];
    case 'behind':
      return [t('verdict.behind', { count: verdict.entries, anchor: nameAnchors(t, verdict.anchors.filter(({ outcome }) => outcome === 'ahead')) })];
    case 'broken':
      return brokenLines(language, t, verdict);
  }
}

type Say = (key: MessageKey, params?: Params) => string;
type Sound = Extract<Verdict, { kind: 'anchored' | 'consistent' }>;

/** `the checkpoint of size 2,000 you hold (printed on ...) and ...`; the largest first. */
export function nameAnchors(t: Say, anchors: readonly CheckedAnchor[]): string {
  const names = anchors.toSorted((a, b) => b.size - a.size).map(({ size, source, form }) => t(form === 'short' ? 'verdict.anchorShort' : 'verdict.anchor', { size, source: visibleText(source, true) }));
  return names.reduce((all, name) => (all === '' ? name : t('verdict.and', { first: all, second: name })), '');
}

function headline(t: Say, verdict: Sound): string[] {
  const count = verdict.entries;
  if (verdict.kind === 'anchored') return [t('verdict.anchored', { count, anchor: nameAnchors(t, verdict.anchors) })];
  return [t('verdict.consistent', { count, size: verdict.checkpoint?.size ?? 0 }), t('verdict.unanchored')];
}

function basis(t: Say, { entries, checkpoint, pinned = 'none', readFrom = 0, ...verdict }: Sound): string[] {
  const lines: string[] = [];
  if (readFrom > 0) lines.push(t('verdict.read', { count: entries - readFrom, size: readFrom }));
  if (checkpoint) {
    if (entries > checkpoint.size) lines.push(t('verdict.tail', { count: entries - checkpoint.size }));
    lines.push(t(`verdict.pinned.${pinned}`, { key: checkpoint.key }));
  }
  if (verdict.kind !== 'anchored') return lines;
  for (const { form, signature, source } of verdict.anchors) if (form === 'note' && signature === 'unknown') lines.push(t('verdict.unknownSignature', { source: visibleText(source, true) }));
  return lines;
}

function brokenLines(language: Language, t: Say, { seq, what, detail, trustworthyBelow, restsOn, kinds = [] }: Extract<Verdict, { kind: 'broken' }>): string[] {
  const key = what === 'forked' ? 'verdict.forked' : what === 'foreign-key' || what === 'seal-missing' ? 'verdict.brokenSeal' : 'verdict.broken';
  const lines = [t(key, { seq, what: t(`verdict.what.${what}`) }), t('verdict.detail', { detail: visibleText(describeReason(language, detail), true) })];
  if (kinds.length > 1) for (const kind of kinds) lines.push(t('verdict.kind', { what: t(`verdict.what.${kind.what}`), count: kind.count, first: kind.first }));
  const rests = restsOn?.kind ?? 'nothing';
  if (restsOn === undefined || rests === 'nothing' || trustworthyBelow === 0) lines.push(t('verdict.trustNothing'));
  else lines.push(t('verdict.trust', { below: trustworthyBelow, basis: t(`verdict.basis.${rests}`, { size: restsOn.size }) }));
  return lines;
}
