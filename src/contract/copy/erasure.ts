// Erasure in words: reasons, legal bases by article, and the report. Not legal advice; the articles are cited, not interpreted.
import type { ErasureReason, KeptReason, LegalBasis } from '../erasure.ts';
import type { Language } from '../ids.ts';

type Words<K extends string> = Record<Language, Record<K, string>>;

export const reasonWords: Words<ErasureReason> = {
  en: {
    'subject-request': 'the person concerned asked for it',
    'consent-withdrawn': 'consent was withdrawn',
    'no-longer-needed': 'no longer needed for its purpose',
    unlawful: 'was processed without a lawful ground',
    inaccurate: 'wrong; a corrected entry takes its place',
    'secret-exposed': 'a password, key or token had got in',
    'legal-order': 'an authority or a court ordered it',
    'own-wish': 'my own data, which I do not want kept'
  },
  'pt-BR': {
    'subject-request': 'a pessoa titular pediu',
    'consent-withdrawn': 'o consentimento foi revogado',
    'no-longer-needed': 'não é mais necessário para a finalidade',
    unlawful: 'foi tratado sem base legal',
    inaccurate: 'estava errado; uma entrada corrigida o substitui',
    'secret-exposed': 'uma senha, chave ou token tinha entrado',
    'legal-order': 'uma autoridade ou um juízo determinou',
    'own-wish': 'dados meus, que não quero manter'
  }
};

export const basisWords: Words<LegalBasis> = {
  en: {
    'lgpd-7-i': 'LGPD art. 7, I (with art. 8, §5): consent, now withdrawn',
    'lgpd-7-ii': 'LGPD art. 7, II: legal or regulatory duty',
    'lgpd-7-ix': 'LGPD art. 7, IX: legitimate interest',
    'lgpd-15': 'LGPD art. 15: end of processing',
    'lgpd-16': 'LGPD art. 16: deletion after the end of processing',
    'lgpd-18-iii': 'LGPD art. 18, III: correction of incomplete, inaccurate or outdated data',
    'lgpd-18-iv': 'LGPD art. 18, IV: deletion of unnecessary, excessive or unlawfully processed data',
    'lgpd-18-vi': 'LGPD art. 18, VI: deletion of data processed with consent',
    'lgpd-18-ix': 'LGPD art. 18, IX: consent withdrawn',
    'gdpr-5-1-e': 'GDPR art. 5(1)(e): storage limitation',
    'gdpr-6-1-a': 'GDPR art. 6(1)(a): consent, now withdrawn (art. 7(3))',
    'gdpr-6-1-c': 'GDPR art. 6(1)(c): legal obligation',
    'gdpr-6-1-f': 'GDPR art. 6(1)(f): legitimate interests',
    'gdpr-16': 'GDPR art. 16: rectification',
    'gdpr-17-1-a': 'GDPR art. 17(1)(a): no longer necessary',
    'gdpr-17-1-b': 'GDPR art. 17(1)(b): consent withdrawn',
    'gdpr-17-1-c': 'GDPR art. 17(1)(c): objection to the processing',
    'gdpr-17-1-d': 'GDPR art. 17(1)(d): unlawfully processed',
    'gdpr-17-1-e': 'GDPR art. 17(1)(e): legal obligation to erase',
    'gdpr-17-1-f': 'GDPR art. 17(1)(f): services offered to a child',
    none: 'no law asks for it: one’s own data, or a secret'
  },
  'pt-BR': {
    'lgpd-7-i': 'LGPD art. 7º, I (com art. 8º, §5º): consentimento, agora revogado',
    'lgpd-7-ii': 'LGPD art. 7º, II: obrigação legal ou regulatória',
    'lgpd-7-ix': 'LGPD art. 7º, IX: legítimo interesse',
    'lgpd-15': 'LGPD art. 15: término do tratamento',
    'lgpd-16': 'LGPD art. 16: eliminação após o término do tratamento',
    'lgpd-18-iii': 'LGPD art. 18, III: correção de dados incompletos, inexatos ou desatualizados',
    'lgpd-18-iv': 'LGPD art. 18, IV: eliminação de dados desnecessários, excessivos ou tratados em desconformidade',
    'lgpd-18-vi': 'LGPD art. 18, VI: eliminação de dados tratados com consentimento',
    'lgpd-18-ix': 'LGPD art. 18, IX: revogação do consentimento',
    'gdpr-5-1-e': 'GDPR art. 5(1)(e): limitação da conservação',
    'gdpr-6-1-a': 'GDPR art. 6(1)(a): consentimento, agora retirado (art. 7(3))',
    'gdpr-6-1-c': 'GDPR art. 6(1)(c): obrigação legal',
    'gdpr-6-1-f': 'GDPR art. 6(1)(f): interesses legítimos',
    'gdpr-16': 'GDPR art. 16: retificação',
    'gdpr-17-1-a': 'GDPR art. 17(1)(a): não é mais necessário',
    'gdpr-17-1-b': 'GDPR art. 17(1)(b): consentimento retirado',
    'gdpr-17-1-c': 'GDPR art. 17(1)(c): oposição ao tratamento',
    'gdpr-17-1-d': 'GDPR art. 17(1)(d): tratado ilicitamente',
    'gdpr-17-1-e': 'GDPR art. 17(1)(e): obrigação legal de apagar',
    'gdpr-17-1-f': 'GDPR art. 17(1)(f): serviços oferecidos a crianças',
    none: 'nenhuma lei exige: dados próprios ou um segredo'
  }
};

export const keptWords: Words<KeptReason> = {
  en: {
    'explains-erasures': 'it explains why other entries are empty',
    beginning: 'the record begins with it',
    'about-the-record': 'the record and its verification rest on it'
  },
  'pt-BR': {
    'explains-erasures': 'ela explica por que outras entradas estão vazias',
    beginning: 'o registro começa com ela',
    'about-the-record': 'o registro e sua verificação dependem dela'
  }
};

const reportEn = {
  title: 'Erasure report',
  made: 'Made on {at}. Recorded in the record as entry {events}. This report holds nothing of what was erased.',
  what: 'What was erased',
  entries: 'Contents of entries: {count} ({seqs})',
  names: 'Names: {count}',
  more: '… and {count} more',
  kept: 'Entry {seq} ({action}) keeps its content: {why}',
  altered: 'Entry {seq} did not hold what was recorded any more when it was erased; the erasure event says so',
  why: 'Why',
  reason: 'Reason: {reason}',
  basis: 'Legal basis: {basis}',
  request: 'Request: {request}',
  stays: 'What stays',
  staysText: 'Number, time, size, kind and action of each entry, opaque ids in place of names, and the hashes that prove order and completeness. The commitments cannot be tested against a guess any more: the secret each of them needs is destroyed with the content. Whether what stays still points at a person is for you to judge.',
  gone: 'In the files of this record',
  goneText: 'Nothing that was erased is in log.db, its write-ahead log or its search index any more.',
  waitingText: 'NOT YET: another program still reads an older state of the record, so that old bytes remain in the files of log.db. Varve goes on trying while it runs and each time it opens the record. Close other programs that read log.db.',
  waitingReason: 'What stood in the way: {reason}',
  checkpoint: 'The erasure is covered by the signed checkpoint over {size} entries. “varve log prove {event}” gives a proof of it.',
  noCheckpoint: 'No checkpoint could be signed over the erasure yet, because the keys are not open. The next one covers it.',
  reach: 'What this erasure could not reach',
  reachIntro: 'Varve cannot erase these. Look through them and delete by hand what has to go.',
  copies: 'Copies of the folder {home} by other means: backups of the whole computer, file system snapshots, synchronised folders, cold packages. Varve’s own snapshots never contain it.',
  export: 'Entry {seq}, {at}: entries were exported or given to somebody as evidence. “varve log show {seq}” says which. What left this way stays readable, and provable, wherever it is.',
  opening: 'Entry {seq}, {at}: an erased entry was opened and shown. “varve log show {seq}” says for what.',
  noExports: 'Exports, evidence bundles and openings of erased entries: none is recorded.',
  keys: 'Keys: encrypted contents are gone for good once every copy of payload-keys.json from before {at} is gone too. If you keep such copies for at most 30 days, that is on {until}.',
  keyExport: 'Entry {seq}, {at}: the keys were exported. Together with a copy of log.db from before the erasure, that file opens what was encrypted.',
  noKeyExports: 'Exports of the keys: none is recorded.',
  migration: '{path}: a copy that an update of Varve left, with the contents as they were. It is deleted on {until} at the latest; you may delete it now.',
  package: '{path}: a cold package of {at}, with the first {count} entries as they were. What was erased stands open in it. Delete it, and every copy of it; a new package holds nothing of what was erased.',
  packageSealed: '{path}: a sealed cold package of {at}, with the first {count} entries as they were. Whoever has its passphrase reads what was erased. Delete it, and every copy of it; a new package holds nothing of what was erased.',
  packageBeingMade: '{path}: a cold package that was being made on {at}, while this was erased. It may hold the entries as they were. Delete it, and make a new one.',
  imports: '{path}: lines refused at an import, as they came.',
  source: 'Files that entries were imported from, and programs that sent them. Importing such a file again would bring its lines back.',
  live: 'What you still use: names of plans and repositories, settings, notes on snapshots. They are not part of the record.',
  wear: 'Flash storage may keep old copies of overwritten blocks until it reuses them, and nobody can tell it not to. Only an encrypted drive protects against someone who reads the chips.',
  typed: 'The history of your shell, if you typed a name there.'
};

const reportPtBR: Record<keyof typeof reportEn, string> = {
  title: 'Relatório de apagamento',
  made: 'Feito em {at}. Consta no registro como entrada {events}. Este relatório não contém nada do que foi apagado.',
  what: 'O que foi apagado',
  entries: 'Conteúdos de entradas: {count} ({seqs})',
  names: 'Nomes: {count}',
  more: '… e mais {count}',
  kept: 'A entrada {seq} ({action}) mantém seu conteúdo: {why}',
  altered: 'A entrada {seq} já não continha o que foi registrado quando foi apagada; o evento de apagamento o diz',
  why: 'Por quê',
  reason: 'Motivo: {reason}',
  basis: 'Base legal: {basis}',
  request: 'Pedido: {request}',
  stays: 'O que fica',
  staysText: 'Número, hora, tamanho, tipo e ação de cada entrada, identificadores opacos no lugar dos nomes e os hashes que provam ordem e completude. Os compromissos já não podem ser testados contra um palpite: o segredo de que cada um precisa foi destruído com o conteúdo. Cabe a você avaliar se o que fica ainda aponta para uma pessoa.',
  gone: 'Nos arquivos deste registro',
  goneText: 'Nada do que foi apagado está mais em log.db, no seu write-ahead log ou no índice de busca.',
  waitingText: 'AINDA NÃO: outro programa ainda lê um estado antigo do registro, e por isso restam bytes antigos nos arquivos de log.db. O Varve continua tentando enquanto roda e a cada vez que abre o registro. Feche outros programas que leem log.db.',
  waitingReason: 'O que impediu: {reason}',
  checkpoint: 'O apagamento está coberto pelo ponto de verificação assinado sobre {size} entradas. “varve log prove {event}” dá uma prova dele.',
  noCheckpoint: 'Ainda não foi possível assinar um ponto de verificação sobre o apagamento, porque as chaves não estão abertas. O próximo o cobre.',
  reach: 'O que este apagamento não alcançou',
  reachIntro: 'O Varve não pode apagar isto. Examine e apague à mão o que tiver de sair.',
  copies: 'Cópias da pasta {home} por outros meios: backups do computador inteiro, snapshots do sistema de arquivos, pastas sincronizadas, pacotes frios. Os snapshots do próprio Varve nunca a contêm.',
  export: 'Entrada {seq}, {at}: entradas foram exportadas ou entregues a alguém como evidência. “varve log show {seq}” diz quais. O que saiu assim continua legível, e provável, onde estiver.',
  opening: 'Entrada {seq}, {at}: uma entrada apagada tinha sido aberta e mostrada. “varve log show {seq}” diz para quê.',
  noExports: 'Exportações, pacotes de evidência e aberturas de entradas apagadas: nenhuma consta.',
  keys: 'Chaves: conteúdos cifrados somem de vez quando também sumir toda cópia de payload-keys.json anterior a {at}. Se você guarda essas cópias por no máximo 30 dias, isso será em {until}.',
  keyExport: 'Entrada {seq}, {at}: as chaves foram exportadas. Junto com uma cópia de log.db anterior ao apagamento, aquele arquivo abre o que estava cifrado.',
  noKeyExports: 'Exportações das chaves: nenhuma consta.',
  migration: '{path}: uma cópia deixada por uma atualização do Varve, com os conteúdos como eram. Será apagada até {until}; você pode apagá-la agora.',
  package: '{path}: um pacote frio de {at}, com as primeiras {count} entradas como eram. O que foi apagado está aberto nele. Apague-o, e toda cópia dele; um pacote novo não contém nada do que foi apagado.',
  packageSealed: '{path}: um pacote frio selado de {at}, com as primeiras {count} entradas como eram. Quem tem a senha dele lê o que foi apagado. Apague-o, e toda cópia dele; um pacote novo não contém nada do que foi apagado.',
  packageBeingMade: '{path}: um pacote frio que estava sendo feito em {at}, durante este apagamento. Pode conter as entradas como eram. Apague-o e faça um novo.',
  imports: '{path}: linhas recusadas em uma importação, como vieram.',
  source: 'Arquivos de onde entradas foram importadas, e programas que as enviaram. Importar um desses arquivos de novo traria as linhas de volta.',
  live: 'O que você ainda usa: nomes de planos e repositórios, configurações, notas de snapshots. Não fazem parte do registro.',
  wear: 'Memórias flash podem manter cópias antigas de blocos sobrescritos até reutilizá-los, e ninguém pode impedi-las. Só uma unidade cifrada protege contra quem lê os chips.',
  typed: 'O histórico do seu shell, se você digitou um nome lá.'
};

export type ReportKey = keyof typeof reportEn;
export const reportWords: Words<ReportKey> = { en: reportEn, 'pt-BR': reportPtBR };
