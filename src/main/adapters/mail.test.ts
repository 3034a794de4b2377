import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MailRequest } from '../engine/ports.ts';
import { createMail } from './mail.ts';
import { createSmtpSink, type SmtpSink } from './testing/smtp-sink.ts';

let sink: SmtpSink;
beforeEach(async () => {
  sink = await createSmtpSink({ user: 'ana', password: 'correct horse' });
});
afterEach(() => sink.close());

const request = (change: Partial<MailRequest> = {}): MailRequest => ({ host: '127.0.0.1', port: sink.port, security: 'none', user: 'ana', password: 'correct horse', from: 'varve@example.org', to: ['ana@example.org', 'lab@example.org'], subject: 'Tese: só 12 itens hoje', text: 'Tudo\n.\nbem', messageId: '<1@varve>', timeoutMs: 5000, ...change });

it('hands a letter with any words to the server, under its id, for all who are to get it', async () => {
  await createMail().send(request());
  const [letter] = sink.received;
  expect([letter?.from, letter?.to]).toEqual(['varve@example.org', ['ana@example.org', 'lab@example.org']]);
  expect(letter?.data).toContain('Message-ID: <1@varve>');
  expect(letter?.data).toContain('Auto-Submitted: auto-generated');
  expect(letter?.data).toMatch(/Subject: =\?UTF-8\?/);
});

it('says in a few words why it was not taken, and never what was sent to sign in', async () => {
  const wrong = await createMail().send(request({ password: 'battery staple' })).catch((error: Error) => error);
  expect(wrong).toMatchObject({ message: 'the server did not accept the name or the password' });
  sink.refuse = '550 no such person';
  await expect(createMail().send(request())).rejects.toThrow('the server answered with 550');
  expect(sink.received).toEqual([]);
  const closed = sink.port;
  await sink.close();
  await expect(createMail().send(request({ port: closed }))).rejects.toThrow(/ECONNREFUSED/);
});

it('sends nothing in the clear where encryption is asked for', async () => {
  await expect(createMail().send(request({ security: 'starttls' }))).rejects.toThrow(/502|STARTTLS/);
  expect(sink.received).toEqual([]);
});

it('stops when it is told to', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(createMail().send(request({ signal: stop.signal }))).rejects.toThrow('stopped');
});
