import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeError } from './errors.ts';
import { describeReason, plainTables, reasonTables } from './reasons.ts';
import { kindNames } from './reasons/names.ts';
import { systemCodes } from './reasons/system.ts';
import { fillTemplate, fitTemplate, parseTemplate } from './reasons/template.ts';
import { findReasonTexts, type ReasonText } from './testing/reason-texts.ts';

const sources = join(import.meta.dirname, '../..');
const found = findReasonTexts(sources, [join(sources, 'main'), join(sources, 'contract')]);
const shape = (text: string): string => text.replace(/\{[A-Za-z][A-Za-z0-9]*\}/g, '{}');
const places = (text: string): string[] => parseTemplate(text).names.toSorted();
const entries = Object.entries(reasonTables).flatMap(([area, table]) => Object.entries(table).map(([en, ptBR]) => ({ area, en, ptBR })));
const plainEntries = Object.values(plainTables).flatMap((table) => Object.entries(table));
const known = new Set([...entries.map(({ en }) => shape(en)), ...plainEntries.map(([text]) => shape(text))]);

/** A name of the technical kind (a field, a file, a task) is the same in every language. */
const isName = ({ text }: ReasonText): boolean => /^[\w./:@{}-]+$/.test(text) && !/^E[A-Z0-9]{2,}$/.test(text);
const isCode = ({ text }: ReasonText): boolean => /^E[A-Z0-9]{2,}$/.test(text);

describe('reasons', () => {
  it('are found in the sources, also where they pass through functions', () => {
    const texts = new Set(found.map(({ text }) => text));
    for (const text of ['"{}" is not a category', 'holds half of a character (a lone surrogate)', 'no signature was made with a key that is known here', '"[" is not closed', 'lies too deep', 'repository version {}; this program reads 1 and 2']) expect(texts).toContain(text);
    expect(found.length).toBeGreaterThan(450);
  });

  it('that the program can give have words in Portuguese', () => {
    const missing = found.filter((each) => !each.ofKind && !isName(each) && !isCode(each) && !known.has(each.text));
    expect(missing.map(({ text, place }) => `${place} says ${JSON.stringify(text)}: give it an entry in a table of src/contract/copy/reasons/`)).toEqual([]);
  });

  it('that no source gives any more are gone from the tables', () => {
    const given = new Set(found.map(({ text }) => text));
    const left = entries.filter(({ area, en }) => !['messages', 'conditions', 'schedules'].includes(area) && !given.has(shape(en)));
    expect(left.map(({ area, en }) => `src/contract/copy/reasons/${area}.ts has ${JSON.stringify(en)}, which no source says: take it out or write it as the source does`)).toEqual([]);
  });

  it('that are codes of the system have plain words in both languages', () => {
    const missing = found.filter((each) => isCode(each) && !Object.hasOwn(systemCodes, each.text));
    expect(missing.map(({ text, place }) => `${place} says ${text}: give it an entry in src/contract/copy/reasons/system.ts`)).toEqual([]);
    expect(describeReason('en', 'EACCES')).toBe('no permission (EACCES)');
    expect(describeReason('pt-BR', 'ENOSPC')).toBe('não há mais espaço (ENOSPC)');
  });

  it('name kinds of things by their names in both languages', () => {
    const missing = found.filter((each) => each.ofKind && !each.text.includes('.') && !Object.hasOwn(kindNames, each.text));
    expect(missing.map(({ text, place }) => `${place} names the kind ${JSON.stringify(text)}: give it an entry in src/contract/copy/reasons/names.ts`)).toEqual([]);
  });

  it('stand once, so that nobody translates one in two ways', () => {
    const shapes = [...entries.map(({ area, en }) => ({ area, of: shape(en) })), ...plainEntries.map(([text]) => ({ area: 'system', of: shape(text) }))];
    expect(shapes.filter(({ of }, i) => shapes.findIndex((other) => other.of === of) !== i)).toEqual([]);
  });

  it('keep every number and name in both languages', () => {
    for (const { en, ptBR } of entries) expect([en, places(ptBR)]).toEqual([en, places(en)]);
    for (const [text, [en, ptBR]] of plainEntries) {
      expect([text, places(ptBR)]).toEqual([text, places(en)]);
      expect(places(text)).toEqual(expect.arrayContaining(places(en)));
    }
  });

  it('have places that can be told apart: each named once, with words between', () => {
    for (const text of [...entries.map(({ en }) => en), ...plainEntries.map(([each]) => each)]) {
      const { names, pieces } = parseTemplate(text);
      expect([text, new Set(names).size, pieces.slice(1, -1).includes('')]).toEqual([text, names.length, false]);
    }
  });

  it('are each recognized as themselves, whatever fills their places', () => {
    for (const { en, ptBR } of entries) {
      const given = (name: string): string => (name === 'path' ? '/a folder/x' : `<${name} 7>`);
      expect(describeReason('pt-BR', fillTemplate(parseTemplate(en), given))).toBe(fillTemplate(parseTemplate(ptBR), given));
    }
  });

  it('are said in English as they were written', () => {
    for (const { en } of entries) expect(describeReason('en', en)).toBe(en);
  });
});

describe('a reason inside another', () => {
  it('is said in the same language', () => {
    expect(describeReason('pt-BR', 'checkpoint 12 is not a signed note: a root is 32 bytes, not 31')).toBe('o ponto de verificação 12 não é uma nota assinada: uma raiz tem 32 bytes, e não 31');
    expect(describeReason('pt-BR', 'damaged: /mnt/a: b/data/0f: pack ends inside blob 9c')).toBe('danificado: /mnt/a: b/data/0f: o pacote termina no meio do bloco 9c');
    expect(describeReason('pt-BR', 'damaged: /mnt/r: tree blob 9c is in no index')).toBe('danificado: /mnt/r: o bloco 9c (tree) não está em nenhum índice');
    expect(describeReason('pt-BR', 'the content does not match its name; 1 of 4 blobs are damaged: tree 9c, data 0f')).toBe('o conteúdo não corresponde ao nome; blocos danificados, 1 de 4: tree 9c, data 0f');
    expect(describeReason('pt-BR', 'the content does not match its name; header: pack header with too many entries')).toBe('o conteúdo não corresponde ao nome; cabeçalho: o cabeçalho do pacote tem itens demais');
  });

  it('of a system stands in plain words', () => {
    expect(describeReason('en', "EACCES: permission denied, open '/home/ana/x'")).toBe('/home/ana/x: no permission (EACCES)');
    expect(describeReason('pt-BR', '/home/ana/log.db: database disk image is malformed')).toBe('/home/ana/log.db: o banco de dados está danificado');
  });
});

describe('a text that nobody knows', () => {
  it.each(['', 'the moon is in the way', '{path} and $& and \\u0000', ': ', '; ', 'é preciso uma senha: use --password-file', 'x: '.repeat(20_000)])('stays as it is (%#)', (text) => {
    expect(describeReason('pt-BR', text)).toBe(text);
    expect(describeReason('en', text)).toBe(text);
  });

  it('is never read twice: what fills a place is not taken for a place', () => {
    expect(describeReason('pt-BR', '"{level}" is not a category')).toBe('"{level}" não é uma categoria');
  });
});

describe('what a check of a shape says', () => {
  const schema = z.strictObject({ name: z.string().min(1).max(5), port: z.int().min(1).max(9), mode: z.enum(['a', 'b']), tags: z.array(z.string()).min(1).max(2), on: z.boolean(), at: z.iso.datetime(), kind: z.literal('x') });
  const good = { name: 'n', port: 2, mode: 'a', tags: ['t'], on: true, at: '2026-11-20T10:00:00Z', kind: 'x' };

  it.each([
    [{ name: 5 }, 'must be a text, not a number', 'precisa ser um texto, e não um número'],
    [{ name: undefined }, 'is missing; it must be a text', 'falta; precisa ser um texto'],
    [{ name: '' }, 'must not be empty', 'não pode ser vazio'],
    [{ name: 'longer' }, 'may have at most 5 characters', 'pode ter no máximo 5 caracteres'],
    [{ port: 0 }, 'must be 1 or more', 'precisa ser 1 ou mais'],
    [{ port: 10 }, 'must be 9 or less', 'precisa ser 9 ou menos'],
    [{ port: 1.5 }, 'must be a whole number, not a number', 'precisa ser um número inteiro, e não um número'],
    [{ mode: 'c' }, 'must be one of "a", "b"', 'precisa ser um destes: "a", "b"'],
    [{ tags: [] }, 'needs at least one item', 'precisa de pelo menos um item'],
    [{ tags: ['1', '2', '3'] }, 'may have at most 2 items', 'pode ter no máximo 2 itens'],
    [{ on: null }, 'must be true or false, not null', 'precisa ser true ou false, e não null'],
    [{ at: 'now' }, 'must be a time such as 2026-11-20T10:00:00Z', 'precisa ser um horário como 2026-11-20T10:00:00Z'],
    [{ kind: 'y' }, 'must be "x"', 'precisa ser "x"'],
    [{ extra: 1 }, 'holds something not known here: "extra"', 'contém algo desconhecido aqui: "extra"']
  ])('%j', (wrong, en, ptBR) => {
    const message = schema.safeParse({ ...good, ...wrong }).error?.issues[0]?.message ?? '';
    expect([describeReason('en', message), describeReason('pt-BR', message)]).toEqual([en, ptBR]);
  });
});

describe('a failure', () => {
  it('is told in one language to the end', () => {
    expect(describeError('pt-BR', 'NOT_FOUND', { kind: 'plan', name: 'tese' }).title).toBe('Não existe plano “tese”');
    expect(describeError('pt-BR', 'BAD_INPUT', { field: '--port', reason: 'must be a number from 0 to 65535' }).title).toBe('Algo em “--port” não está certo: precisa ser um número de 0 a 65535');
    expect(describeError('pt-BR', 'EVENT_REFUSED', { field: 'payload/x', reason: 'is nested deeper than 64 levels' }).title).toBe('A entrada não foi aceita por causa de “payload/x”: tem mais de 64 níveis, uns dentro dos outros');
    expect(describeError('pt-BR', 'NOT_READABLE', { path: '/x', reason: 'EACCES' }).title).toBe('O Varve não consegue ler /x: sem permissão (EACCES)');
  });

  it('reads as a sentence in English', () => {
    expect(describeError('en', 'BAD_INPUT', { field: 'path', reason: 'is empty' }).title).toBe('Something in “path” is not right: it is empty');
    expect(describeError('en', 'NOT_FOUND', { kind: 'event', name: '99' }).title).toBe('There is no entry “99”');
    expect(describeError('en', 'NOT_WRITABLE', { path: '/x', reason: 'EROFS' }).title).toBe('Varve cannot write to /x: the drive can only be read (EROFS)');
  });

  it('names no path, option or value otherwise than it is called', () => {
    expect(describeError('pt-BR', 'PATH_MISSING', { path: 'action' }).title).toBe('Não está lá: action');
    expect(describeError('pt-BR', 'BAD_INPUT', { field: '--at', reason: '"is empty" is not a time; write 2026-11-20T10:00' }).title).toBe('Algo em “--at” não está certo: "is empty" não é um horário; escreva 2026-11-20T10:00');
  });
});

describe('a template', () => {
  it('takes as little as it can at each place, and never nothing', () => {
    expect(fitTemplate(parseTemplate('{a} in {b}'), 'one in two in three')).toEqual({ a: 'one', b: 'two in three' });
    expect(fitTemplate(parseTemplate('{a} in {b}'), ' in two')).toBeUndefined();
    expect(fitTemplate(parseTemplate('x {a} y'), 'x  y')).toBeUndefined();
    expect(fitTemplate(parseTemplate('x {a} x'), 'x x')).toBeUndefined();
  });
});
