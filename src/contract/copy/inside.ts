// What was found inside a file, in words: the same sentences in the console, on the command line and in reports.
import { insideLimits, type Inside, type InsideFacts, type InsideKind, type LineEnding, type TextEncoding } from '../inside.ts';
import type { Language } from '../ids.ts';
import type { Translated } from './catalogue.ts';
import { formatMessage, type BaseKey, type Messages, type Params } from './format.ts';
import { formatBytes } from './values.ts';

const en = {
  'kind.text': 'text',
  'kind.json': 'JSON',
  'kind.csv': 'a table',
  'kind.sqlite': 'an SQLite database',
  'kind.image': 'a picture',
  'kind.npy': 'a NumPy array',
  'kind.bytes': 'bytes',
  same: 'Nothing in it differs.',
  instead: 'Not compared as {wanted}, but as {kind}: {why}.',
  'why.too-large': 'it is too large for that',
  'why.beyond': 'it is too large for that (at most {limit} on each side)',
  'why.beyondRows': 'it is too large for that (at most {limit} and {rows} rows on each side)',
  'why.not-valid': 'what it holds is not valid',
  'why.too-deep': 'it is nested too deeply',
  'why.other-kind': 'the two are of different kinds',
  coarse: 'Some stretches differ so much that they are shown as gone and new as a whole.',
  'coarse.json': 'Some parts differ so much that they are shown as a whole, or item by item in the order they stand in.',
  unread: 'Not compared, beyond the limit: the last {before} of the file before, the last {after} of the file after.',
  leftOut_one: '{count} more difference was found, but the limit of what is kept is reached.',
  leftOut_other: '{count} more differences were found, but the limit of what is kept is reached.',
  more_one: '… and {count} more',
  more_other: '… and {count} more',
  linesAdded_one: '{count} line is new.',
  linesAdded_other: '{count} lines are new.',
  linesRemoved_one: '{count} line is gone.',
  linesRemoved_other: '{count} lines are gone.',
  encodings: 'The encoding was {before} and is {after}.',
  latin: 'It is no UTF-8 and was read as Latin-1.',
  endings: 'Lines ended with {before} and end with {after}.',
  'ending.none': 'nothing',
  'ending.lf': 'LF',
  'ending.crlf': 'CR LF',
  'ending.mixed': 'LF and CR LF, mixed',
  lastAdded: 'The last line has an end now.',
  lastRemoved: 'The last line has no end any more.',
  firstLine: 'All lines before line {line} are equal.',
  valuesAdded_one: '{count} value is new.',
  valuesAdded_other: '{count} values are new.',
  valuesRemoved_one: '{count} value is gone.',
  valuesRemoved_other: '{count} values are gone.',
  valuesChanged_one: '{count} value changed.',
  valuesChanged_other: '{count} values changed.',
  keysReordered_one: 'In {count} object the keys stand in another order.',
  keysReordered_other: 'In {count} objects the keys stand in another order.',
  jsonForm: 'No value differs: only white space, escapes or the order of keys do.',
  duplicateKeys: 'A key stands twice in one object; the last counts.',
  rowsAdded_one: '{count} row is new.',
  rowsAdded_other: '{count} rows are new.',
  rowsRemoved_one: '{count} row is gone.',
  rowsRemoved_other: '{count} rows are gone.',
  rowsChanged_one: '{count} row changed.',
  rowsChanged_other: '{count} rows changed.',
  key: 'Rows are told apart by the column “{column}”.',
  noKey: 'No column tells all rows apart: rows were put side by side by what they hold.',
  columnsAdded: 'New columns: {columns}.',
  columnsRemoved: 'Columns that are gone: {columns}.',
  rowsReordered: 'Rows stand in another order.',
  delimiters: 'Cells were separated by {before} and are by {after}.',
  tab: 'tabs',
  csvForm: 'No cell differs: only quotes, separators, ends of lines or the encoding do.',
  schema_one: '{count} table, index, view or trigger is defined differently.',
  schema_other: '{count} tables, indexes, views and triggers are defined differently.',
  sqliteForm: 'No row differs: only how the file is laid out does.',
  tableNot: 'The table {table} was not compared: {why}.',
  'table.virtual': 'it is a virtual table, which is not run',
  'table.no-common-key': 'its rows have no key in common',
  'table.damaged': 'it is damaged',
  'table.encoding': 'the two databases have different text encodings',
  'table.time': 'the time for this was over',
  journalBefore: 'A -journal lay beside the database before: it may have been in the middle of a change, and was read as it lay.',
  journalAfter: 'A -journal lies beside the database after: it may be in the middle of a change, and was read as it lies.',
  picture: '{format}, {width} × {height} pixels',
  picturesDiffer: 'Before: {before}. After: {after}.',
  array: '{dtype}, shape ({shape}), order {order}',
  arrayOne: 'Both are {form}.',
  arrays: 'Before: {before}. After: {after}.',
  elements_one: '{count} of {total} elements differs.',
  elements_other: '{count} of {total} elements differ.',
  furthest: 'The largest difference is {distance}.',
  'elements.shape': 'The shapes differ: elements were not put side by side.',
  'elements.order': 'One is stored by rows, the other by columns: elements were not put side by side.',
  'elements.dtype': 'Elements of these types cannot be put side by side.',
  statisticsBefore: 'Before: smallest {min}, largest {max}, mean {mean}, NaN {nan}.',
  statisticsAfter: 'After: smallest {min}, largest {max}, mean {mean}, NaN {nan}.',
  none: 'none',
  form: 'Both are {form} files, whose content is not looked into.',
  bytesDiffer_one: '{count} byte differs.',
  bytesDiffer_other: '{count} bytes differ.',
  ranges_other: 'They lie in {count} ranges.',
  firstByte: 'The first difference is at byte {offset}.',
  row: 'row {row}',
  keysOf: 'order of keys: {keys}',
  'schema.table': 'table',
  'schema.index': 'index',
  'schema.view': 'view',
  'schema.trigger': 'trigger'
} as const;

const ptBR: Translated<typeof en> = {
  'kind.text': 'texto',
  'kind.json': 'JSON',
  'kind.csv': 'tabela',
  'kind.sqlite': 'banco SQLite',
  'kind.image': 'imagem',
  'kind.npy': 'array do NumPy',
  'kind.bytes': 'bytes',
  same: 'Nada difere no conteúdo.',
  instead: 'Não foi comparado como {wanted}, e sim como {kind}: {why}.',
  'why.too-large': 'é grande demais para isso',
  'why.beyond': 'é grande demais para isso (no máximo {limit} de cada lado)',
  'why.beyondRows': 'é grande demais para isso (no máximo {limit} e {rows} linhas de cada lado)',
  'why.not-valid': 'o que ele contém não é válido',
  'why.too-deep': 'tem níveis demais',
  'why.other-kind': 'os dois são de tipos diferentes',
  coarse: 'Alguns trechos diferem tanto que aparecem inteiros como removidos e novos.',
  'coarse.json': 'Algumas partes diferem tanto que aparecem inteiras, ou item por item na ordem em que estão.',
  unread: 'Além do limite, não foram comparados: os últimos {before} do arquivo de antes e os últimos {after} do de depois.',
  leftOut_one: 'Mais {count} diferença foi encontrada, mas o limite do que se guarda foi atingido.',
  leftOut_many: 'Mais {count} de diferenças foram encontradas, mas o limite do que se guarda foi atingido.',
  leftOut_other: 'Mais {count} diferenças foram encontradas, mas o limite do que se guarda foi atingido.',
  more_one: '… e mais {count}',
  more_many: '… e mais {count}',
  more_other: '… e mais {count}',
  linesAdded_one: '{count} linha é nova.',
  linesAdded_many: '{count} de linhas são novas.',
  linesAdded_other: '{count} linhas são novas.',
  linesRemoved_one: '{count} linha sumiu.',
  linesRemoved_many: '{count} de linhas sumiram.',
  linesRemoved_other: '{count} linhas sumiram.',
  encodings: 'A codificação era {before} e agora é {after}.',
  latin: 'Não é UTF-8 e foi lido como Latin-1.',
  endings: 'As linhas terminavam com {before} e agora terminam com {after}.',
  'ending.none': 'nada',
  'ending.lf': 'LF',
  'ending.crlf': 'CR LF',
  'ending.mixed': 'LF e CR LF misturados',
  lastAdded: 'A última linha agora tem fim de linha.',
  lastRemoved: 'A última linha não tem mais fim de linha.',
  firstLine: 'Todas as linhas antes da linha {line} são iguais.',
  valuesAdded_one: '{count} valor é novo.',
  valuesAdded_many: '{count} de valores são novos.',
  valuesAdded_other: '{count} valores são novos.',
  valuesRemoved_one: '{count} valor sumiu.',
  valuesRemoved_many: '{count} de valores sumiram.',
  valuesRemoved_other: '{count} valores sumiram.',
  valuesChanged_one: '{count} valor mudou.',
  valuesChanged_many: '{count} de valores mudaram.',
  valuesChanged_other: '{count} valores mudaram.',
  keysReordered_one: 'Em {count} objeto as chaves estão em outra ordem.',
  keysReordered_many: 'Em {count} de objetos as chaves estão em outra ordem.',
  keysReordered_other: 'Em {count} objetos as chaves estão em outra ordem.',
  jsonForm: 'Nenhum valor difere: só espaços, escapes ou a ordem das chaves.',
  duplicateKeys: 'Uma chave aparece duas vezes no mesmo objeto; vale a última.',
  rowsAdded_one: '{count} linha é nova.',
  rowsAdded_many: '{count} de linhas são novas.',
  rowsAdded_other: '{count} linhas são novas.',
  rowsRemoved_one: '{count} linha sumiu.',
  rowsRemoved_many: '{count} de linhas sumiram.',
  rowsRemoved_other: '{count} linhas sumiram.',
  rowsChanged_one: '{count} linha mudou.',
  rowsChanged_many: '{count} de linhas mudaram.',
  rowsChanged_other: '{count} linhas mudaram.',
  key: 'A coluna “{column}” distingue as linhas.',
  noKey: 'Nenhuma coluna distingue todas as linhas: elas foram emparelhadas pelo que contêm.',
  columnsAdded: 'Colunas novas: {columns}.',
  columnsRemoved: 'Colunas que sumiram: {columns}.',
  rowsReordered: 'As linhas estão em outra ordem.',
  delimiters: 'As células eram separadas por {before} e agora por {after}.',
  tab: 'tabulações',
  csvForm: 'Nenhuma célula difere: só aspas, separadores, fins de linha ou a codificação.',
  schema_one: '{count} tabela, índice, visão ou gatilho tem outra definição.',
  schema_many: '{count} de tabelas, índices, visões e gatilhos têm outra definição.',
  schema_other: '{count} tabelas, índices, visões e gatilhos têm outra definição.',
  sqliteForm: 'Nenhuma linha difere: só a disposição do arquivo.',
  tableNot: 'A tabela {table} não foi comparada: {why}.',
  'table.virtual': 'é uma tabela virtual, que não é executada',
  'table.no-common-key': 'suas linhas não têm chave em comum',
  'table.damaged': 'está danificada',
  'table.encoding': 'os dois bancos têm codificações de texto diferentes',
  'table.time': 'o tempo para isso acabou',
  journalBefore: 'Havia um -journal ao lado do banco de antes: ele podia estar no meio de uma mudança e foi lido como estava.',
  journalAfter: 'Há um -journal ao lado do banco de depois: ele pode estar no meio de uma mudança e foi lido como está.',
  picture: '{format}, {width} × {height} pixels',
  picturesDiffer: 'Antes: {before}. Depois: {after}.',
  array: '{dtype}, forma ({shape}), ordem {order}',
  arrayOne: 'Os dois são {form}.',
  arrays: 'Antes: {before}. Depois: {after}.',
  elements_one: '{count} de {total} elementos difere.',
  elements_many: '{count} de {total} elementos diferem.',
  elements_other: '{count} de {total} elementos diferem.',
  furthest: 'A maior diferença é {distance}.',
  'elements.shape': 'As formas diferem: os elementos não foram postos lado a lado.',
  'elements.order': 'Um está guardado por linhas e o outro por colunas: os elementos não foram postos lado a lado.',
  'elements.dtype': 'Elementos desses tipos não podem ser postos lado a lado.',
  statisticsBefore: 'Antes: menor {min}, maior {max}, média {mean}, NaN {nan}.',
  statisticsAfter: 'Depois: menor {min}, maior {max}, média {mean}, NaN {nan}.',
  none: 'nenhum',
  form: 'Os dois são arquivos {form}, cujo conteúdo não é examinado.',
  bytesDiffer_one: '{count} byte difere.',
  bytesDiffer_many: '{count} de bytes diferem.',
  bytesDiffer_other: '{count} bytes diferem.',
  ranges_many: 'Ficam em {count} de trechos.',
  ranges_other: 'Ficam em {count} trechos.',
  firstByte: 'A primeira diferença está no byte {offset}.',
  row: 'linha {row}',
  keysOf: 'ordem das chaves: {keys}',
  'schema.table': 'tabela',
  'schema.index': 'índice',
  'schema.view': 'visão',
  'schema.trigger': 'gatilho'
};

export type InsideKey = BaseKey<keyof typeof en>;
const catalogues: Record<Language, Messages> = { en, 'pt-BR': ptBR };

export function sayInside(language: Language, key: InsideKey, params?: Params): string {
  return formatMessage(catalogues[language], language, key, params);
}

const encodingNames: Record<TextEncoding, string> = { 'utf-8': 'UTF-8', 'utf-8-bom': 'UTF-8 (BOM)', 'utf-16le': 'UTF-16 LE', 'utf-16be': 'UTF-16 BE', 'latin-1': 'Latin-1' };

/** What a person should know about the two files before they look at the differences, most telling first. Texts out of the files are in it as they are. */
export function insideSentences(language: Language, inside: Inside): string[] {
  const say = (key: InsideKey, params?: Params): string => sayInside(language, key, params);
  const said: string[] = [];
  const { facts, fallback, unread, same } = inside;
  if (same) said.push(say('same'));
  else said.push(...factSentences(say, facts));
  if ('coarse' in facts && facts.coarse) said.push(say(facts.kind === 'json' ? 'coarse.json' : 'coarse'));
  if (fallback !== null) said.push(say('instead', { wanted: say(`kind.${fallback.wanted}`), kind: say(`kind.${facts.kind}`), why: whyWords(language, say, fallback) }));
  if (unread.before + unread.after > 0) said.push(say('unread', { before: formatBytes(language, unread.before), after: formatBytes(language, unread.after) }));
  if (inside.rowsLeftOut > 0) said.push(say('leftOut', { count: inside.rowsLeftOut }));
  return said;
}

type Say = (key: InsideKey, params?: Params) => string;

function whyWords(language: Language, say: Say, { wanted, why }: NonNullable<Inside['fallback']>): string {
  if (why !== 'too-large') return say(`why.${why}`);
  if (wanted === 'csv') return say('why.beyondRows', { limit: formatBytes(language, insideLimits.csv), rows: insideLimits.csvRows });
  return wanted === 'json' || wanted === 'sqlite' || wanted === 'text' ? say('why.beyond', { limit: formatBytes(language, insideLimits[wanted]) }) : say('why.too-large');
}

function factSentences(say: Say, facts: InsideFacts): string[] {
  if (facts.kind === 'text') return textSentences(say, facts);
  if (facts.kind === 'json') return jsonSentences(say, facts);
  if (facts.kind === 'csv') return csvSentences(say, facts);
  if (facts.kind === 'sqlite') return sqliteSentences(say, facts);
  if (facts.kind === 'npy') return npySentences(say, facts);
  if (facts.kind === 'image') {
    const [before, after] = [facts.before, facts.after].map(({ format, width, height }) => say('picture', { format, width, height })) as [string, string];
    return [say('picturesDiffer', { before, after })];
  }
  const { differing, ranges, first, form } = facts;
  return [...(differing > 0 ? [`${say('bytesDiffer', { count: differing })}${ranges > 1 ? ` ${say('ranges', { count: ranges })}` : ''}`] : []), ...(first === null ? [] : [say('firstByte', { offset: first })]), ...(form === null ? [] : [say('form', { form })])];
}

type Of<K extends InsideKind> = Extract<InsideFacts, { kind: K }>;

function counted(say: Say, ...counts: readonly [InsideKey, number][]): string[] {
  return counts.flatMap(([key, count]) => (count > 0 ? [say(key, { count })] : []));
}

function encodings(say: Say, before: TextEncoding, after: TextEncoding): string[] {
  if (before !== after) return [say('encodings', { before: encodingNames[before], after: encodingNames[after] })];
  return after === 'latin-1' ? [say('latin')] : [];
}

function textSentences(say: Say, { before, after, added, removed, firstLine }: Of<'text'>): string[] {
  const said = [...counted(say, ['linesAdded', added], ['linesRemoved', removed]), ...encodings(say, before.encoding, after.encoding)];
  const ending = (name: LineEnding): string => say(`ending.${name}`);
  if (before.endings !== after.endings && before.endings !== 'none' && after.endings !== 'none') said.push(say('endings', { before: ending(before.endings), after: ending(after.endings) }));
  if (before.finalNewline !== after.finalNewline && before.endings !== 'none' && after.endings !== 'none') said.push(say(after.finalNewline ? 'lastAdded' : 'lastRemoved'));
  if (firstLine > 1) said.push(say('firstLine', { line: firstLine }));
  return said;
}

function jsonSentences(say: Say, { added, removed, changed, reordered, formOnly, duplicateKeys }: Of<'json'>): string[] {
  return [...(formOnly ? [say('jsonForm')] : []), ...counted(say, ['valuesChanged', changed], ['valuesAdded', added], ['valuesRemoved', removed], ['keysReordered', reordered]), ...(duplicateKeys ? [say('duplicateKeys')] : [])];
}

function csvSentences(say: Say, facts: Of<'csv'>): string[] {
  const { before, after, added, removed, changed, key, columnsAdded, columnsRemoved, reordered, formOnly } = facts;
  const said = [...(formOnly ? [say('csvForm')] : []), ...counted(say, ['rowsChanged', changed], ['rowsAdded', added], ['rowsRemoved', removed])];
  if (columnsAdded.length > 0) said.push(say('columnsAdded', { columns: columnsAdded.join(', ') }));
  if (columnsRemoved.length > 0) said.push(say('columnsRemoved', { columns: columnsRemoved.join(', ') }));
  if (reordered) said.push(say('rowsReordered'));
  const name = (delimiter: string): string => (delimiter === '\t' ? say('tab') : `“${delimiter}”`);
  if (before.delimiter !== after.delimiter) said.push(say('delimiters', { before: name(before.delimiter), after: name(after.delimiter) }));
  said.push(...encodings(say, before.encoding, after.encoding));
  if (!formOnly) said.push(key === null ? say('noKey') : say('key', { column: key }));
  return said;
}

function sqliteSentences(say: Say, { added, removed, changed, schemaChanges, tables, before, after }: Of<'sqlite'>): string[] {
  const missing = tables.flatMap(({ name, why }) => (why === null ? [] : [say('tableNot', { table: name, why: say(`table.${why}`) })]));
  const nothing = added + removed + changed + schemaChanges + missing.length === 0;
  return [...(nothing ? [say('sqliteForm')] : []), ...counted(say, ['rowsChanged', changed], ['rowsAdded', added], ['rowsRemoved', removed], ['schema', schemaChanges]), ...missing, ...(before.journal ? [say('journalBefore')] : []), ...(after.journal ? [say('journalAfter')] : [])];
}

function npySentences(say: Say, { before, after, differing, why, maxDifference, statistics }: Of<'npy'>): string[] {
  const [was, is] = [before, after].map(({ dtype, shape, order }) => say('array', { dtype, shape: shape.join(', '), order })) as [string, string];
  const said = [was === is ? say('arrayOne', { form: is }) : say('arrays', { before: was, after: is })];
  const total = statistics.after?.elements ?? after.shape.reduce((product, length) => product * Number(length), 1);
  if (differing !== null) said.push(say('elements', { count: differing, total }));
  if (why !== null) said.push(say(`elements.${why}`));
  if (maxDifference !== null) said.push(say('furthest', { distance: maxDifference }));
  for (const [key, side] of [['statisticsBefore', statistics.before], ['statisticsAfter', statistics.after]] as const) {
    if (side !== null) said.push(say(key, { min: side.min ?? say('none'), max: side.max ?? say('none'), mean: side.mean ?? say('none'), nan: side.nan }));
  }
  return said;
}
