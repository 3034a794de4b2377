// What would make room on a full drive, in words; from what the failure's data could find out.
import type { Language } from '../ids.ts';
import { formatMessage } from './format.ts';
import { formatBytes } from './values.ts';

const en = {
  prunable: 'Tidying (prune) would give back {size}.',
  nothingPrunable: 'Tidying (prune) would give back nothing.',
  forgettable_one: 'The plan’s rule lets {count} old snapshot go; forgetting it and tidying then gives back more.',
  forgettable_other: 'The plan’s rule lets {count} old snapshots go; forgetting them and tidying then gives back more.',
  other: '{size} on this drive are other files, not copies.'
};
const ptBR: Record<string, string> = {
  prunable: 'Arrumar (prune) liberaria {size}.',
  nothingPrunable: 'Arrumar (prune) não liberaria nada.',
  forgettable_one: 'A regra do plano deixa sair {count} snapshot antigo; retirá-lo e arrumar depois libera mais.',
  forgettable_many: 'A regra do plano deixa sair {count} de snapshots antigos; retirá-los e arrumar depois libera mais.',
  forgettable_other: 'A regra do plano deixa sair {count} snapshots antigos; retirá-los e arrumar depois libera mais.',
  other: '{size} desta unidade são outros arquivos, não cópias.'
};

/** Sentences one after another; empty when nothing is known. */
export function roomWords(language: Language, data: unknown): string {
  const { prunableBytes, forgettable, otherBytes } = (data ?? {}) as { prunableBytes?: unknown; forgettable?: unknown; otherBytes?: unknown };
  const say = (key: string, params: Record<string, string | number> = {}): string => formatMessage(language === 'en' ? en : ptBR, language, key, params);
  const parts: string[] = [];
  if (typeof prunableBytes === 'number') parts.push(prunableBytes > 0 ? say('prunable', { size: formatBytes(language, prunableBytes) }) : say('nothingPrunable'));
  if (typeof forgettable === 'number' && forgettable > 0) parts.push(say('forgettable', { count: forgettable }));
  if (typeof otherBytes === 'number' && otherBytes >= 1_000_000) parts.push(say('other', { size: formatBytes(language, otherBytes) }));
  return parts.join(' ');
}
