// The report of a migration, and of going back, in words.
import type { Language } from '../ids.ts';

export type LegacyReportKey = keyof typeof en;

const en = {
  migrated: 'Migration to Varve',
  restored: 'Back from Varve',
  made: 'Written {at}.',
  copyHead: 'The copy made before anything was changed',
  copyFolder: 'Copy: {folder} (read-only)',
  copySource: 'Of: {source}',
  copyNumbers: 'Files: {files}, bytes: {bytes}',
  copyCrontab: 'The crontab is in it, as text.',
  copyChecked: 'Every file was read back and compared by its SHA-256. To check again: sha256sum -c SHA256SUMS in that folder.',
  skipped: 'Left out, {count}:',
  more: '… and {count} more',
  jobsHead: 'Jobs that took the crontab over',
  noJobs: 'None.',
  stillThere: 'The lines are still in the crontab. Take them out when you have seen the jobs do their work; until then both run.',
  backHead: 'Going back',
  back: 'varve legacy restore {id}',
  backText: 'It checks the copy, puts folder and crontab back, moves what is in their place aside, and pauses the jobs above.',
  resultHead: 'What was done',
  target: 'Folder: {target}',
  aside: 'What was there before was moved to {path}',
  crontabBack: 'The crontab is the one from the copy again. The one before is kept as copy {id}.',
  crontabBackOnly: 'The crontab is the one from the copy again. There was none before.',
  pausedHead: 'Jobs that are paused now'
};

const ptBR: Record<LegacyReportKey, string> = {
  migrated: 'Migração para o Varve',
  restored: 'De volta do Varve',
  made: 'Escrito em {at}.',
  copyHead: 'A cópia feita antes de qualquer mudança',
  copyFolder: 'Cópia: {folder} (somente leitura)',
  copySource: 'De: {source}',
  copyNumbers: 'Arquivos: {files}, bytes: {bytes}',
  copyCrontab: 'A crontab está nela, como texto.',
  copyChecked: 'Cada arquivo foi lido de novo e comparado pelo SHA-256. Para conferir outra vez: sha256sum -c SHA256SUMS nessa pasta.',
  skipped: 'Ficaram de fora, {count}:',
  more: '… e mais {count}',
  jobsHead: 'Tarefas que assumiram a crontab',
  noJobs: 'Nenhuma.',
  stillThere: 'As linhas continuam na crontab. Tire-as quando tiver visto as tarefas fazerem o trabalho; até lá, as duas rodam.',
  backHead: 'Para voltar',
  back: 'varve legacy restore {id}',
  backText: 'Confere a cópia, põe a pasta e a crontab de volta, move para o lado o que está no lugar delas e pausa as tarefas acima.',
  resultHead: 'O que foi feito',
  target: 'Pasta: {target}',
  aside: 'O que estava lá foi movido para {path}',
  crontabBack: 'A crontab é de novo a da cópia. A de antes está guardada como cópia {id}.',
  crontabBackOnly: 'A crontab é de novo a da cópia. Antes não havia nenhuma.',
  pausedHead: 'Tarefas que estão pausadas agora'
};

export const legacyReportWords: Record<Language, Record<LegacyReportKey, string>> = { en, 'pt-BR': ptBR };
