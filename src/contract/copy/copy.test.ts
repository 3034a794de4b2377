import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInActions as engineActions } from '../../main/engine/log/actions.ts';
import { errorCodes } from '../errors.ts';
import { DoctorCheck } from '../system.ts';
import { catalogues } from './catalogue.ts';
import { describeCheck, doctorWords } from './doctor.ts';
import type { Language } from '../ids.ts';
import { describeError, errorWords } from './errors.ts';
import { builtInActions, eventSentence, eventSentences } from './events.ts';

const languages = ['en', 'pt-BR'] as const;
const base = (key: string): string => key.replace(/_(zero|one|many|other)$/, '');
const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();

describe('the words', () => {
  it('have the same keys in both languages', () => {
    const [english, portuguese] = languages.map((language) => new Set(Object.keys(catalogues[language]).map(base)));
    expect([...(english ?? [])].filter((key) => !portuguese?.has(key))).toEqual([]);
    expect([...(portuguese ?? [])].filter((key) => !english?.has(key))).toEqual([]);
  });

  it('name the same placeholders in both languages, so that no number or name gets lost', () => {
    for (const key of Object.keys(catalogues.en)) {
      const form = base(key) === key ? key : `${base(key)}_other`;
      expect([form, placeholders(catalogues['pt-BR'][form] ?? '')]).toEqual([form, placeholders(catalogues.en[form] ?? '')]);
    }
  });

  it('have every plural form that each language needs', () => {
    for (const language of languages) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const key of Object.keys(catalogues[language]).filter((each) => each.endsWith('_other'))) for (const form of forms) expect(catalogues[language]).toHaveProperty([`${base(key)}_${form}`]);
    }
  });

  it('every key that a screen asks for exists', () => {
    const folder = join(import.meta.dirname, '../../renderer');
    const files = (path: string): string[] => readdirSync(path).flatMap((name) => (statSync(join(path, name)).isDirectory() ? files(join(path, name)) : /\.tsx?$/.test(name) ? [join(path, name)] : []));
    const known = new Set(Object.keys(catalogues.en).map(base));
    const asked = files(folder).flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1] ?? ''));
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter((key) => !known.has(key))).toEqual([]);
  });
});

describe('failures', () => {
  it.each(languages)('every code says what happened, what it means and what to do (%s)', (language) => {
    for (const code of errorCodes) {
      const words = errorWords[language][code];
      expect([code, words.title.length > 5, words.meaning.length > 10, words.next.length > 10]).toEqual([code, true, true, true]);
    }
  });

  it('take their facts from the data, and never show a bare placeholder', () => {
    expect(describeError('en', 'NO_SPACE', { path: '/media/T7' }).next).toBe('Make room on the drive of /media/T7, or choose another one.');
    expect(describeError('pt-BR', 'AMBIGUOUS', { kind: 'snapshot', name: 'abc', matches: ['abc1', 'abc2'] }).next).toContain('abc1, abc2');
    expect(describeError('en', 'PATH_MISSING', undefined).title).toBe('Not there: …');
  });

  it('name what of a package is in question, and nothing where it is the package itself', () => {
    const of = (language: Language, member: string): string => describeError(language, 'PACKAGE_REFUSED', { path: '/p.tar.gz', member, reason: 'is missing' }).meaning;
    expect([of('en', 'files/a'), of('pt-BR', 'files/a')]).toEqual(['Nothing was written. In question: files/a.', 'Nada foi gravado. Em questão: files/a.']);
    expect([of('en', ''), of('pt-BR', '')]).toEqual(['Nothing was written.', 'Nada foi gravado.']);
  });
});

describe('the record in sentences', () => {
  it('knows every action that the engine writes', () => {
    expect(Object.keys(engineActions).filter((action) => !(builtInActions as readonly string[]).includes(action))).toEqual([]);
  });

  it.each(languages)('each action still has words when its payload is gone (%s)', (language) => {
    for (const action of builtInActions) {
      const sentence = eventSentence(language, { action, subjectName: null, payload: null });
      expect(sentence).toBe(eventSentences[language][action].at(-1));
      expect(sentence).not.toMatch(/[{}]/);
    }
  });

  it('tells a finished snapshot with its numbers', () => {
    const payload = { plan: 'thesis', planId: 'x', snapshot: '8f3c21ab'.padEnd(64, '0'), filesNew: 3, filesChanged: 31, dataAdded: 4_200_000 };
    expect(eventSentence('en', { action: 'snapshot.failed', subjectName: 'plan:thesis', payload: { error: 'VAULT_LOCKED' } })).toBe('Snapshot of thesis failed: the vault with your passwords is locked');
    expect(eventSentence('pt-BR', { action: 'snapshot.failed', subjectName: 'plan:thesis', payload: { error: 'VAULT_LOCKED' } })).toBe('Snapshot de thesis falhou: o cofre com suas senhas está trancado');
    expect(eventSentence('en', { action: 'snapshot.failed', subjectName: 'plan:thesis', payload: { error: 'constructor' } })).toBe('Snapshot of thesis failed: constructor');
    expect(eventSentence('en', { action: 'snapshot.finished', subjectName: 'plan:thesis', payload })).toBe('Snapshot 8f3c21ab of thesis: 3 new, 31 changed, 4.2 MB added');
    expect(eventSentence('pt-BR', { action: 'snapshot.finished', subjectName: 'plan:thesis', payload })).toBe('Snapshot 8f3c21ab de thesis: arquivos novos 3, alterados 31, 4,2 MB a mais');
  });

  it('counts one file as one', () => {
    const finished = (files: number) => ({ action: 'restore.finished', subjectName: null, payload: { files, identical: files } });
    expect(eventSentence('en', finished(1))).toBe('1 file restored, 1 identical');
    expect(eventSentence('pt-BR', finished(1530))).toBe('1.530 arquivos restaurados, 1.530 idênticos');
  });

  it('lets entries of one\'s own speak, with control characters made visible', () => {
    expect(eventSentence('en', { action: 'lab.note', subjectName: null, payload: { text: 'run \u202e12' } })).toBe('lab.note  run \\u202e12');
    expect(eventSentence('en', { action: 'train.epoch', subjectName: null, payload: { epoch: 41, loss: 0.0182, deep: { x: 1 } } })).toBe('train.epoch  epoch 41, loss 0.0182');
    expect(eventSentence('en', { action: 'lab.ping', subjectName: null, payload: null })).toBe('lab.ping');
  });
});

describe('the doctor', () => {
  it.each(languages)('has a sentence for every check in every state (%s)', (language) => {
    for (const id of DoctorCheck.shape.id.options) for (const state of DoctorCheck.shape.state.options) expect(describeCheck(language, { id, state, data: {} }).sentence.length).toBeGreaterThan(10);
    expect(describeCheck(language, { id: 'plan', state: 'well', data: { name: 'thesis' } }).name).toBe(`${doctorWords[language].plan.name}: thesis`);
  });
});
