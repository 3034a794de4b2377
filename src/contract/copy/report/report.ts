// The report of a comparison as a file.
import type { Language } from '../../ids.ts';
import type { ReportWriter } from './blocks.ts';
import { buildReport, type ReportLimits, type ReportSource } from './build.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import { sayReport } from './words.ts';

export type { ReportSource } from './build.ts';

const writers = { md: markdown, html } as const satisfies Record<string, ReportWriter>;
export type ReportForm = keyof typeof writers;

/** By the end of a file's name; undefined for any other. */
export function reportForm(fileName: string): ReportForm | undefined {
  const ending = /\.(md|markdown|html?)$/i.exec(fileName)?.[1]?.toLowerCase();
  return ending === undefined ? undefined : ending.startsWith('m') ? 'md' : 'html';
}

export async function writeReport(form: ReportForm, language: Language, source: ReportSource, limits?: ReportLimits): Promise<string> {
  const writer = writers[form];
  const parts = [writer.begin(sayReport(language, 'title'), language)];
  for await (const block of buildReport(language, source, limits)) parts.push(writer.write(block));
  parts.push(writer.end());
  return `${parts.join('').trimEnd()}\n`;
}
