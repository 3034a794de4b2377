// Words of `varve package verify` and `varve package unpack`.
export const packageOpenEn = {
  packageVerify: 'read all of a package and compare it with its manifest; needs no home',
  packageUnpack: 'check all of a package, then bring its files into a folder; needs no home',
  optionUnpackExisting: 'what happens to files in the way: refuse (nothing is written), keep them, or replace them',
  optionUnpackPath: 'only this file or folder of the package; may be given several times',
  askPackageOpen: 'Passphrase of the package: ',
  packageFacts: '{path}. Files: {count}, size: {size}',
  packageMadeAt: 'Made: {at}; of: {source}',
  packageLogHolds: 'The chain of its events holds. Events: {events}, segments: {count}.',
  packageLogBroken: 'The chain of its events does NOT hold. Events: {events}, segments: {count}.',
  packageHolds: 'Beside the record, for a home: repositories {repositories}, plans {plans}, jobs {jobs}.',
  packageHoldsKeys: 'The keys are in it, sealed.',
  packageNotRestorable: 'No home can be made of it.',
  packageWhole: 'It is whole: every file is as its manifest says.',
  packageNotWhole: 'It is NOT whole. Not as the manifest says: {count}',
  packageUnpacked: 'Unpacked into {target}. Files: {count}, size: {size}',
  packageKept: 'Kept as they were: {count}',
  packageReplaced: 'Replaced: {count}',
  packageNotUnpacked: 'Not unpacked: {count}'
};

export const packageOpenPtBR: Record<keyof typeof packageOpenEn, string> = {
  packageVerify: 'ler um pacote inteiro e compará-lo com o manifesto; não precisa de um home',
  packageUnpack: 'conferir um pacote inteiro e então trazer os arquivos para uma pasta; não precisa de um home',
  optionUnpackExisting: 'o que acontece com arquivos no caminho: refuse (nada é gravado), keep (ficam) ou replace (são substituídos)',
  optionUnpackPath: 'só este arquivo ou pasta do pacote; pode ser dado várias vezes',
  askPackageOpen: 'Frase-senha do pacote: ',
  packageFacts: '{path}. Arquivos: {count}, tamanho: {size}',
  packageMadeAt: 'Feito: {at}; de: {source}',
  packageLogHolds: 'A cadeia dos eventos confere. Eventos: {events}, segmentos: {count}.',
  packageLogBroken: 'A cadeia dos eventos NÃO confere. Eventos: {events}, segmentos: {count}.',
  packageHolds: 'Além do registro, para uma pasta do Varve: repositórios {repositories}, planos {plans}, tarefas {jobs}.',
  packageHoldsKeys: 'As chaves estão nele, lacradas.',
  packageNotRestorable: 'Nenhuma pasta do Varve pode ser feita dele.',
  packageWhole: 'Está íntegro: cada arquivo é como diz o manifesto.',
  packageNotWhole: 'NÃO está íntegro. Diferente do que diz o manifesto: {count}',
  packageUnpacked: 'Descompactado em {target}. Arquivos: {count}, tamanho: {size}',
  packageKept: 'Ficaram como estavam: {count}',
  packageReplaced: 'Substituídos: {count}',
  packageNotUnpacked: 'Não descompactados: {count}'
};
